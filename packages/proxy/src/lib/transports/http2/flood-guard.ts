import type { Clock } from '@evenkeel/core';

/** Counts what a client may do now and then, but not all the time. */
export interface FloodGuard {
  /** Counts one; false once it is too much. */
  take(): boolean;
}

/** Makes a token bucket: `burst` at once, then `perSecond`. */
export function floodGuard(
  clock: Clock,
  { burst, perSecond }: { burst: number; perSecond: number },
): FloodGuard {
  let tokens = burst;
  let at = clock.now();
  return {
    take() {
      const now = clock.now();
      tokens = Math.min(burst, tokens + ((now - at) / 1_000) * perSecond) - 1;
      at = now;
      return tokens >= 0;
    },
  };
}
