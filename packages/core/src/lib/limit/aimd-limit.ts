import { numberOption } from '../options.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { type LimitRangeOptions, limitRange } from './limit-range.ts';

export interface AimdLimitOptions extends LimitRangeOptions {
  /** What is left of the limit after an overload, 0.5–1 (1 excluded). @default 0.9 */
  readonly backoffRatio?: number;
  /** An answer slower than this counts as dropped, in ms. @default Infinity */
  readonly maxLatencyMs?: number;
}

/**
 * Additive increase, multiplicative decrease, as TCP's congestion avoidance (RFC 5681 §3.1): grows by one for each full
 * limit of good answers, falls by a share when a request is dropped, once for all requests that were in flight then.
 * Knows nothing of latency, so it suits endpoints that say no when they have too much.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function aimdLimit(options: AimdLimitOptions = {}): ConcurrencyLimit {
  const { initial, min, max } = limitRange('aimdLimit', options);
  const backoffRatio = numberOption('aimdLimit.backoffRatio', options.backoffRatio, 0.9, {
    min: 0.5,
    max: 0.999,
  });
  const maxLatencyMs = numberOption(
    'aimdLimit.maxLatencyMs',
    options.maxLatencyMs,
    Number.POSITIVE_INFINITY,
    {
      min: 1,
    },
  );
  let exact = initial;
  let loweredAt = Number.NEGATIVE_INFINITY;
  return {
    get limit() {
      return Math.floor(exact);
    },
    observe(latencyMs, inFlight, dropped, now) {
      if (dropped || latencyMs > maxLatencyMs) {
        // Those that began before the last decrease suffered from the old limit.
        if (now - latencyMs < loweredAt) return;
        exact = Math.max(min, exact * backoffRatio);
        loweredAt = now;
      } else if (inFlight * 2 >= exact) {
        // Growth that no traffic tries out would be a guess.
        exact = Math.min(max, exact + 1 / exact);
      }
    },
  };
}
