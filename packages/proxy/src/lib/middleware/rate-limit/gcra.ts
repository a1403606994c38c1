/** How fast requests may come: a bucket of `burst` tokens that is refilled by one each `intervalMs`. */
export interface Rate {
  readonly intervalMs: number;
  readonly burst: number;
}

/** What a limiter says of one request. */
export interface RateDecision {
  readonly allowed: boolean;
  /** Requests that would be allowed at once now. */
  readonly remaining: number;
  /** Until the bucket is full again, in ms. */
  readonly resetMs: number;
  /** Until one more is allowed, in ms; 0 for one that was. */
  readonly retryMs: number;
}

/**
 * Decides by the generic cell rate algorithm (ITU-T I.371): a token bucket whose whole state is the time until it is full.
 *
 * @param backlogMs until the bucket is full, before this request; 0 for a full one
 */
export function decide({ intervalMs, burst }: Rate, backlogMs: number): RateDecision {
  const capacityMs = burst * intervalMs;
  const wantedMs = backlogMs + intervalMs;
  const retryMs = wantedMs - capacityMs;
  // Sums of fractions are not exact: without the tolerance the last token of a bucket would often be refused.
  const tolerance = intervalMs * 1e-3;
  if (retryMs > tolerance) return { allowed: false, remaining: 0, resetMs: backlogMs, retryMs };
  const remaining = Math.max(0, Math.floor((capacityMs - wantedMs + tolerance) / intervalMs));
  return { allowed: true, remaining, resetMs: wantedMs, retryMs: 0 };
}
