import { seededRandom } from '@evenkeel/core';
import { describe, expect, it } from 'vitest';
import {
  constant,
  type Distribution,
  exponential,
  lognormal,
  mixture,
  normal,
  pareto,
  toDistribution,
  uniform,
} from './distributions.ts';

const DRAWS = 200_000;

function draw(distribution: Distribution): { mean: number; at: (ratio: number) => number } {
  const random = seededRandom(1);
  const values = Float64Array.from({ length: DRAWS }, () => distribution(random)).sort();
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / DRAWS,
    at: (ratio) => values[Math.floor(ratio * DRAWS)] ?? Number.NaN,
  };
}

describe('distributions have the shape they are called by, within 2 %', () => {
  const off = (value: number, expected: number): number => Math.abs(value / expected - 1);

  it.each<[string, Distribution, { mean: number; p50: number; p99: number }]>([
    ['constant', constant(5), { mean: 5, p50: 5, p99: 5 }],
    ['uniform', uniform(10, 20), { mean: 15, p50: 15, p99: 19.9 }],
    ['exponential', exponential(10), { mean: 10, p50: 10 * Math.LN2, p99: 10 * Math.log(100) }],
    ['normal', normal(167, 5), { mean: 167, p50: 167, p99: 167 + 2.326 * 5 }],
    [
      'lognormal',
      lognormal(10, 0.5),
      { mean: 10 * Math.exp(0.125), p50: 10, p99: 10 * Math.exp(0.5 * 2.326) },
    ],
    ['pareto', pareto(1, 3), { mean: 1.5, p50: 2 ** (1 / 3), p99: 100 ** (1 / 3) }],
    [
      'mixture',
      mixture([
        [0.9, 1],
        [0.1, constant(91)],
      ]),
      { mean: 10, p50: 1, p99: 91 },
    ],
  ])('%s', (_name, distribution, { mean, p50, p99 }) => {
    const drawn = draw(distribution);
    expect(off(drawn.mean, mean)).toBeLessThanOrEqual(0.02);
    expect(off(drawn.at(0.5), p50)).toBeLessThanOrEqual(0.02);
    expect(off(drawn.at(0.99), p99)).toBeLessThanOrEqual(0.02);
  });

  it('a bell curve is cut off at 0', () => {
    expect(draw(normal(1, 10)).at(0)).toBe(0);
  });

  it.each<[string, () => unknown]>([
    ['a negative time', () => constant(-1)],
    ['a range upside down', () => uniform(2, 1)],
    ['a mean that is none', () => exponential(Number.NaN)],
    ['no tail', () => pareto(1, 0)],
    ['parts without weight', () => mixture([[0, 1]])],
    ['a part that is none', () => mixture([[1, -1]])],
    ['neither number nor function', () => toDistribution('service', 'fast' as unknown as number)],
  ])('%s is refused', (_name, make) => {
    expect(make).toThrow(/got .*expected/);
  });
});
