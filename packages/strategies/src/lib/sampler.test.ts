import { seededRandom } from '@evenkeel/core';
import { fakeCandidate } from '@evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { Sampler } from './sampler.ts';

const make = (weights: readonly number[]): Sampler => {
  const sampler = new Sampler(seededRandom(3), true);
  sampler.update(weights.map((weight, i) => fakeCandidate({ host: 'h', port: i + 1 }, { weight })));
  return sampler;
};

describe('Sampler', () => {
  it.each([
    [[1, 1, 1, 1]],
    [[5, 1, 1]],
    [[0.1, 0.2, 0.3, 0.4]],
    [[1_000, 1]],
    [Array.from({ length: 50 }, (_, i) => i + 1)],
  ])('draws in proportion to the weights %j', (weights) => {
    const sampler = make(weights);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const counts = weights.map(() => 0);
    const draws = 200_000;
    for (let i = 0; i < draws; i++) counts[sampler.draw()]!++;
    for (const [i, weight] of weights.entries()) {
      const share = weight / total;
      const deviation = Math.sqrt((share * (1 - share)) / draws);
      expect(Math.abs(counts[i]! / draws - share)).toBeLessThan(4.5 * deviation + 1e-9);
    }
  });

  it('finds what exclusion leaves, by weight, even when nearly all draws hit excluded ones', () => {
    const sampler = make([1e6, 1, 3]);
    const counts = [0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[sampler.drawExcept(new Set(['h:1']))]!++;
    expect(counts[0]).toBe(0);
    expect(counts[2]! / counts[1]!).toBeCloseTo(3, 0);
  });

  it('has nothing to draw from an empty list or when all are excluded', () => {
    expect(make([]).draw()).toBe(-1);
    expect(make([1, 2]).drawExcept(new Set(['h:1', 'h:2']))).toBe(-1);
  });
});
