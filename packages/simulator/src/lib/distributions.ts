import { InvalidOptionsError, type Random, requiredNumber } from '@evenkeel/core';

/** Draws one value, such as a time in ms. */
export type Distribution = (random: Random) => number;

/** Where a distribution is asked for, a number stands for itself, always. */
export type DistributionInput = number | Distribution;

/** The same value always. */
export function constant(value: number): Distribution {
  requiredNumber('value', value);
  return () => value;
}

/** Every value from `min` to `max` alike. */
export function uniform(min: number, max: number): Distribution {
  requiredNumber('min', min);
  requiredNumber('max', max, { min });
  return (random) => min + random() * (max - min);
}

/** Times between independent events, and the classic service time of queueing theory. */
export function exponential(mean: number): Distribution {
  requiredNumber('mean', mean);
  return (random) => -Math.log(1 - random()) * mean;
}

/** A bell curve, cut off at 0. */
export function normal(mean: number, standardDeviation: number): Distribution {
  requiredNumber('mean', mean);
  requiredNumber('standardDeviation', standardDeviation);
  return (random) => Math.max(0, mean + standardNormal(random) * standardDeviation);
}

/**
 * What latencies look like most often: a bell curve of the logarithm.
 *
 * @param median half of the values are below
 * @param sigma standard deviation of the natural logarithm: 0.5 puts the 99th percentile at 3.2 × the median
 */
export function lognormal(median: number, sigma: number): Distribution {
  requiredNumber('median', median);
  requiredNumber('sigma', sigma);
  return (random) => median * Math.exp(standardNormal(random) * sigma);
}

/**
 * A heavy tail: most values near the minimum, few of any size.
 *
 * @param alpha above 1 for a finite mean, which is `min × alpha ÷ (alpha − 1)`
 */
export function pareto(min: number, alpha: number): Distribution {
  requiredNumber('min', min);
  requiredNumber('alpha', alpha, { min: Number.MIN_VALUE });
  return (random) => min * (1 - random()) ** (-1 / alpha);
}

/** One of several distributions, each as often as its weight says: `[[0.99, 10], [0.01, 1_000]]`. */
export function mixture(
  parts: readonly (readonly [weight: number, part: DistributionInput])[],
): Distribution {
  const total = parts.reduce((sum, [weight], index) => sum + requiredNumber(`parts[${index}][0]`, weight), 0);
  if (!(total > 0)) throw new InvalidOptionsError('parts', parts, 'pairs of a weight and a distribution');
  const drawn = parts.map(
    ([weight, part], index) => [weight, toDistribution(`parts[${index}][1]`, part)] as const,
  );
  return (random) => {
    let left = random() * total;
    for (const [weight, part] of drawn) {
      left -= weight;
      if (left < 0) return part(random);
    }
    return drawn.at(-1)?.[1](random) ?? 0;
  };
}

/**
 * Makes a distribution of a number. One of a stranger's own is checked as it draws: NaN would be an event that never happens.
 *
 * @throws InvalidOptionsError naming the field, when it is neither a number of at least 0 nor a function, and when that
 * draws anything else
 */
export function toDistribution(field: string, input: DistributionInput): Distribution {
  if (typeof input === 'function') return (random) => requiredNumber(field, input(random));
  if (typeof input !== 'number' || !(input >= 0)) {
    throw new InvalidOptionsError(field, input, 'a number of at least 0, or a distribution');
  }
  return () => input;
}

/** Box and Muller's method; the second value of each pair is dropped, so that draws stay independent of each other's order. */
function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
