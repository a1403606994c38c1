import type { Clock } from '../clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Timers that wait to fire. */
  readonly pendingTimers: number;
  /** Moves time on by `ms`, firing each timer at its moment, in order. */
  advance(ms: number): void;
  /** As {@link ManualClock.advance}, and lets promises settle before each timer and at the end. */
  advanceAsync(ms: number): Promise<void>;
}

/**
 * Makes a clock for tests and simulations.
 *
 * @param start the first value of `now()`, in ms
 */
export function manualClock(start = 0): ManualClock {
  const timers = new Set<Timer>();
  let now = start;
  let order = 0;

  const nextDue = (limit: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.at > limit) continue;
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order))
        next = timer;
    }
    return next;
  };
  const fire = (timer: Timer): void => {
    timers.delete(timer);
    now = Math.max(now, timer.at);
    timer.callback();
  };

  return {
    now: () => now,
    setTimer(callback, ms) {
      const timer: Timer = { at: now + Math.max(0, ms), order: order++, callback };
      timers.add(timer);
      return { [Symbol.dispose]: () => void timers.delete(timer) };
    },
    get pendingTimers() {
      return timers.size;
    },
    advance(ms) {
      const end = now + ms;
      for (let timer = nextDue(end); timer !== undefined; timer = nextDue(end)) fire(timer);
      now = end;
    },
    async advanceAsync(ms) {
      const end = now + ms;
      await settle();
      for (let timer = nextDue(end); timer !== undefined; timer = nextDue(end)) {
        fire(timer);
        await settle();
      }
      now = end;
    },
  };
}

/** Lets all promises that can settle without I/O do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
