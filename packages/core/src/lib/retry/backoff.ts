import { numberOption } from '../options.ts';
import type { Random } from '../random.ts';

/** The bounds of a back-off. */
export interface BackoffOptions {
  /** The upper bound of the first delay, doubled with each one that follows, in ms. @default 100 */
  readonly baseMs?: number;
  /** The upper bound that doubling stops at, in ms. @default 10_000 */
  readonly maxMs?: number;
  /** The lower bound of every delay, in ms: a promise of at most so many tries a second. @default 0 */
  readonly minMs?: number;
  /** @default Math.random */
  readonly random?: Random;
}

/** How long to wait before each try of a series. */
export interface Backoff {
  /** The delay before the next try, in ms. */
  next(): number;
  /** Starts the series again, after a success that deserves the name. */
  reset(): void;
}

/**
 * The one back-off of Evenkeel: exponential with full jitter, a uniform delay from the floor to `base × 2ⁿ`.
 * Clients that failed together do not come back together.
 *
 * Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @throws InvalidOptionsError when a bound is out of its range, or `maxMs` below `minMs`
 */
export function fullJitterBackoff(options: BackoffOptions = {}): Backoff {
  const { random = Math.random } = options;
  const minMs = numberOption('minMs', options.minMs, 0);
  const baseMs = numberOption('baseMs', options.baseMs, 100, { min: 1 });
  const maxMs = numberOption('maxMs', options.maxMs, Math.max(10_000, minMs), { min: minMs });
  let ceiling = baseMs;

  return {
    next() {
      const top = Math.max(minMs, Math.min(maxMs, ceiling));
      // Doubling ends at the bound: the series may go on for years without overflow.
      if (ceiling < maxMs) ceiling *= 2;
      return minMs + random() * (top - minMs);
    },
    reset() {
      ceiling = baseMs;
    },
  };
}
