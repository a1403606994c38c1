import { numberOption } from '../options.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { type LimitRange, type LimitRangeOptions, limitRange } from './limit-range.ts';

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
  return new AimdLimit({
    ...limitRange('aimdLimit', options),
    backoffRatio: numberOption('aimdLimit.backoffRatio', options.backoffRatio, 0.9, { min: 0.5, max: 0.999 }),
    maxLatencyMs: numberOption('aimdLimit.maxLatencyMs', options.maxLatencyMs, Number.POSITIVE_INFINITY, {
      min: 1,
    }),
  });
}

interface AimdSettings extends LimitRange {
  readonly backoffRatio: number;
  readonly maxLatencyMs: number;
}

/** A class, so that the limits of all endpoints have one shape. */
class AimdLimit implements ConcurrencyLimit {
  limit: number;
  private readonly settings: AimdSettings;
  /** The limit before it is rounded. */
  private exact: number;
  private loweredAt: number = Number.NEGATIVE_INFINITY;

  constructor(settings: AimdSettings) {
    this.settings = settings;
    this.exact = settings.initial;
    this.limit = settings.initial;
  }

  observe(latencyMs: number, inFlight: number, dropped: boolean, now: number): void {
    const { min, max, backoffRatio, maxLatencyMs } = this.settings;
    if (dropped || latencyMs > maxLatencyMs) {
      // Those that began before the last decrease suffered from the old limit.
      if (now - latencyMs < this.loweredAt) return;
      this.change(Math.max(min, this.exact * backoffRatio));
      this.loweredAt = now;
    } else if (inFlight * 2 >= this.exact) {
      // Growth that no traffic tries out would be a guess.
      this.change(Math.min(max, this.exact + 1 / this.exact));
    }
  }

  private change(exact: number): void {
    this.exact = exact;
    this.limit = Math.floor(exact);
  }
}
