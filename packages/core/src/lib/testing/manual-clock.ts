import type { Clock } from '../clock.ts';
import { type QueuedTimer, TimerQueue } from './timer-queue.ts';

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
  const timers = new TimerQueue();
  let now = start;
  let order = 0;
  let pending = 0;

  const fire = (timer: QueuedTimer): void => {
    pending--;
    timer.cancelled = true;
    now = Math.max(now, timer.at);
    timer.callback();
  };

  return {
    now: () => now,
    setTimer(callback, ms) {
      const timer: QueuedTimer = { at: now + Math.max(0, ms), order: order++, callback, cancelled: false };
      timers.push(timer);
      pending++;
      return {
        [Symbol.dispose]() {
          if (timer.cancelled) return;
          timer.cancelled = true;
          pending--;
        },
      };
    },
    get pendingTimers() {
      return pending;
    },
    advance(ms) {
      const end = now + ms;
      for (let timer = timers.takeDue(end); timer !== undefined; timer = timers.takeDue(end)) fire(timer);
      now = end;
    },
    async advanceAsync(ms) {
      const end = now + ms;
      await settle();
      for (let timer = timers.takeDue(end); timer !== undefined; timer = timers.takeDue(end)) {
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
