import type { Clock } from '../clock.ts';

/** A clock that stands still while paused. */
export interface Stopwatch {
  /** Time that passed while it ran, in ms. */
  now(): number;
  readonly paused: boolean;
  pause(): void;
  resume(): void;
}

/** Makes a running stopwatch. */
export function stopwatch(clock: Clock): Stopwatch {
  let lost = 0;
  let pausedAt: number | undefined;
  return {
    now: () => (pausedAt ?? clock.now()) - lost,
    get paused() {
      return pausedAt !== undefined;
    },
    pause() {
      pausedAt ??= clock.now();
    },
    resume() {
      if (pausedAt !== undefined) lost += clock.now() - pausedAt;
      pausedAt = undefined;
    },
  };
}
