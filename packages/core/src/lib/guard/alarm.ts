import type { Clock } from '../clock.ts';

/** Rounding can make a deadline a hair later than its alarm; this keeps such an alarm from ringing without end. */
const MIN_DELAY_MS = 1;

/** One timer for the earliest of many deadlines. */
export interface Alarm extends Disposable {
  /** Moves the alarm to a clock time, in ms; `Infinity` turns it off. It may ring late by a millisecond. */
  set(at: number): void;
}

/** Makes an alarm that is off. */
export function alarm(clock: Clock, ring: () => void): Alarm {
  let timer: Disposable | undefined;
  let setFor = Number.POSITIVE_INFINITY;
  let closed = false;
  const off = (): void => {
    timer?.[Symbol.dispose]();
    timer = undefined;
    setFor = Number.POSITIVE_INFINITY;
  };
  return {
    set(at) {
      if (closed || at === setFor) return;
      off();
      if (at === Number.POSITIVE_INFINITY) return;
      setFor = at;
      timer = clock.setTimer(
        () => {
          off();
          ring();
        },
        Math.max(at - clock.now(), MIN_DELAY_MS),
      );
    },
    [Symbol.dispose]() {
      closed = true;
      off();
    },
  };
}
