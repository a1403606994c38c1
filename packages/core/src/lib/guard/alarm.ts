import type { Clock } from '../clock.ts';

/** The longest delay that timers of JavaScript know; a longer one would fire at once. */
const MAX_DELAY_MS = 2_147_483_647;

/** Rounding can make a deadline a hair later than its alarm; this keeps such an alarm from ringing without end. */
const MIN_DELAY_MS = 1;

/** One timer for the earliest of many deadlines. */
export interface Alarm extends Disposable {
  /** Moves the alarm to a clock time, in ms; `Infinity` turns it off. It may ring early, and late by a millisecond. */
  set(at: number): void;
}

/** Makes an alarm that is off. */
export function alarm(clock: Clock, ring: () => void): Alarm {
  let timer: Disposable | undefined;
  let setFor = Number.POSITIVE_INFINITY;
  const off = (): void => {
    timer?.[Symbol.dispose]();
    timer = undefined;
    setFor = Number.POSITIVE_INFINITY;
  };
  return {
    set(at) {
      if (at === setFor) return;
      off();
      if (at === Number.POSITIVE_INFINITY) return;
      setFor = at;
      timer = clock.setTimer(
        () => {
          off();
          ring();
        },
        Math.min(Math.max(at - clock.now(), MIN_DELAY_MS), MAX_DELAY_MS),
      );
    },
    [Symbol.dispose]: off,
  };
}
