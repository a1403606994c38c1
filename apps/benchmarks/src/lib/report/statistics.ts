/**
 * The smallest value that at least a share of all values does not exceed (nearest rank).
 *
 * @param sorted in ascending order
 * @param share 0–1
 * @returns NaN when there are no values
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
  return sorted[rank] ?? Number.NaN;
}

/** A copy in ascending order. */
export function ascending(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** The middle value, or the mean of the two middle ones; NaN when there are none. */
export function median(values: ArrayLike<number>): number {
  const sorted = ascending(values);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}

/**
 * Half of what lies between the quartiles, as a share of the median: how far rounds of one benchmark are apart, with little
 * regard to the few that a busy machine spoiled.
 */
export function spreadRatio(values: ArrayLike<number>): number {
  const sorted = ascending(values);
  return (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / median(sorted);
}
