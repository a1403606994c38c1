import type { Latencies } from './report.ts';

/**
 * The smallest value that at least a share of all are not above (nearest rank); NaN of nothing.
 *
 * @param sorted ascending
 * @param ratio 0–1
 */
export function percentile(sorted: Float64Array, ratio: number): number {
  // A hair less, or 0.95 × 100 would be above 95.
  const rank = Math.ceil(ratio * sorted.length - 1e-9);
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}

/** @param values in any order; sorted in place */
export function latencies(values: Float64Array): Latencies {
  values.sort();
  let sum = 0;
  for (const value of values) sum += value;
  return {
    mean: sum / values.length,
    p50: percentile(values, 0.5),
    p90: percentile(values, 0.9),
    p95: percentile(values, 0.95),
    p99: percentile(values, 0.99),
    p999: percentile(values, 0.999),
    p9999: percentile(values, 0.9999),
    max: percentile(values, 1),
  };
}
