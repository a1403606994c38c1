/** What the split of load needs to know of one priority. */
export interface TierHealth {
  /** Endpoints that could serve if they were all healthy. */
  readonly known: number;
  readonly healthy: number;
}

/** How much of the traffic one priority gets, and whether its own health verdicts are to be doubted. */
export interface TierLoad {
  /** Whole percent, as in Envoy; all tiers sum to 100 unless nothing is usable. */
  readonly percent: number;
  readonly panic: boolean;
}

/**
 * Splits load over priorities by their health (Envoy, "Priority levels" and "Panic threshold").
 *
 * A tier counts as fully healthy while healthy share × factor ≥ 1. When all tiers together reach 100 %, each takes what
 * is left of it in order; below that they share in proportion, and a tier under the panic threshold panics. When all
 * panic, load follows the number of endpoints.
 *
 * @param tiers in order of preference
 * @param factor overprovisioning factor, at least 1
 * @param panicThresholdRatio 0–1; 0 never panics
 */
export function splitByPriority(
  tiers: readonly TierHealth[],
  factor: number,
  panicThresholdRatio: number,
): TierLoad[] {
  const health = tiers.map(({ known, healthy }) =>
    known === 0 ? 0 : Math.min(100, Math.floor((100 * factor * healthy) / known + 1e-9)),
  );
  const total = Math.min(100, sum(health));
  const panics = tiers.map(({ known, healthy }) => {
    const ratio = known === 0 ? 0 : healthy / known;
    return total < 100 && ratio < panicThresholdRatio;
  });
  const weights = panics.every(Boolean) ? tiers.map((tier) => tier.known) : health;
  const percents = shareHundred(weights, panics.every(Boolean) ? sum(weights) : total);
  return tiers.map((_, index) => ({ percent: percents[index] ?? 0, panic: panics[index] ?? false }));
}

/** Gives each weight its rounded percentage of the total, in order, while any of the hundred is left. */
function shareHundred(weights: readonly number[], total: number): number[] {
  let left = 100;
  const percents = weights.map((weight) => {
    const percent = total === 0 ? 0 : Math.min(left, Math.round((weight * 100) / total));
    left -= percent;
    return percent;
  });
  const first = weights.findIndex((weight) => weight > 0);
  if (first >= 0) percents[first] = (percents[first] ?? 0) + left;
  return percents;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
