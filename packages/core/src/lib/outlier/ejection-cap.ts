/** What bounds the number of endpoints that outlier detection may take out at once. */
export interface EjectionCap {
  /** Largest share of the endpoints, 0–1. */
  readonly maxEjectedRatio: number;
  /** Whether one may go even where the share allows none. */
  readonly alwaysEjectOne: boolean;
}

/**
 * How many of `total` endpoints may be ejected at once, the next one included: the share rounded down, as Envoy's
 * `max_ejection_percent` with `always_eject_one_host`.
 */
export function maxEjections(total: number, cap: EjectionCap): number {
  // 0.29 × 100 is 28.999…: the share meant is the one written.
  const share = Math.floor(total * cap.maxEjectedRatio + 1e-9);
  return Math.max(share, cap.alwaysEjectOne ? 1 : 0);
}
