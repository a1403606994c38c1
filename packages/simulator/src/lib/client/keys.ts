import { type Random, requiredNumber } from '@evenkeel/core';

/** Keys `k0` to `k<count − 1>`, each as often. */
export function uniformKeys(count: number): (random: Random) => string {
  requiredNumber('count', count, { min: 1, integer: true });
  return (random) => `k${Math.floor(random() * count)}`;
}

/**
 * Keys of which the nth most popular comes 1 / n^exponent times as often as the first, as those of caches and shops do.
 *
 * @param count how many there are
 * @param exponent 0 makes all alike; about 1 is usual
 */
export function zipfKeys(count: number, exponent = 1): (random: Random) => string {
  requiredNumber('count', count, { min: 1, max: 10_000_000, integer: true });
  requiredNumber('exponent', exponent);
  const upTo = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    sum += (rank + 1) ** -exponent;
    upTo[rank] = sum;
  }
  return (random) => `k${firstAbove(upTo, random() * sum)}`;
}

/** The first position whose value is above the limit, or the last one. */
function firstAbove(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
