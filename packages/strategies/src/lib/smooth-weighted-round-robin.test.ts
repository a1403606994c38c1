import type { Strategy } from '@evenkeel/core';
import { type FakeCandidate, fakeCandidate, testStrategy } from '@evenkeel/testing';
import { describe, expect, it, test } from 'vitest';
import { smoothWeightedRoundRobin } from './smooth-weighted-round-robin.ts';

const candidates = (weights: readonly number[]): FakeCandidate[] =>
  weights.map((weight, i) => fakeCandidate({ host: 'h', port: i + 1 }, { weight }));

const take = (strategy: Strategy, picks: number): string =>
  Array.from({ length: picks }, () => strategy.pick({})?.endpoint.port).join('');

describe('smoothWeightedRoundRobin', () => {
  testStrategy({ test, make: smoothWeightedRoundRobin, toleranceRatio: 0.001 });

  // Recorded from nginx 1.22.1; the first is the one its commit message promises (a a b a c a a).
  it.each([
    [[5, 1, 1], '11213111121311'],
    [[4, 3, 2], '12312132112312'],
    [[1, 2, 3], '32132332132332'],
    [[3, 1], '1121112'],
  ])('gives the sequence of nginx for weights %j', (weights, sequence) => {
    const strategy = smoothWeightedRoundRobin({ random: () => 0 });
    strategy.update(candidates(weights));
    expect(take(strategy, sequence.length)).toBe(sequence);
  });

  it('starts at a random place of that sequence', () => {
    const strategy = smoothWeightedRoundRobin({ random: () => 3 / 1_024 });
    strategy.update(candidates([5, 1, 1]));
    expect(take(strategy, 7)).toBe('1311112');
  });

  it('goes on where it was when the same list is given again or weights change', () => {
    const strategy = smoothWeightedRoundRobin({ random: () => 0 });
    const list = candidates([5, 1, 1]);
    strategy.update(list);
    expect(take(strategy, 3)).toBe('112');
    strategy.update([...list].reverse());
    expect(take(strategy, 4)).toBe('1311');
    for (const candidate of list) candidate.weight *= 10;
    strategy.update(list);
    expect(take(strategy, 7)).toBe('1121311');
  });

  it('gives a newcomer its share at once, no burst and no wait', () => {
    const strategy = smoothWeightedRoundRobin();
    const list = candidates([3, 3, 3, 3]);
    strategy.update(list.slice(0, 3));
    take(strategy, 10);
    strategy.update(list);
    const picks = [...take(strategy, 40)];
    expect(picks.filter((port) => port === '4')).toHaveLength(10);
  });

  it('spreads hundreds of candidates as smoothly', () => {
    const strategy = smoothWeightedRoundRobin();
    const list = candidates(Array.from({ length: 300 }, (_, i) => 1 + (i % 3)));
    strategy.update(list);
    const gaps = new Map<number, number[]>();
    for (let i = 0; i < 6_000; i++) {
      const port = strategy.pick({})?.endpoint.port ?? 0;
      gaps.set(port, [...(gaps.get(port) ?? []), i]);
    }
    for (const [i, { weight }] of list.entries()) {
      const at = gaps.get(i + 1) ?? [];
      expect(Math.abs(at.length - 10 * weight)).toBeLessThanOrEqual(1);
      for (let k = 1; k < at.length; k++) expect(at[k]! - at[k - 1]!).toBeLessThan((2 * 600) / weight);
    }
  });

  it('honours exclude and weights among hundreds, and follows a change in place', () => {
    const strategy = smoothWeightedRoundRobin();
    const list = candidates(Array.from({ length: 100 }, () => 1));
    strategy.update(list);
    const exclude = new Set(list.slice(0, 98).map(({ endpoint }) => endpoint.id));
    list[99]!.weight = 3;
    strategy.update(list);
    const picks = Array.from({ length: 400 }, () => strategy.pick({ exclude }));
    expect(picks.filter((candidate) => candidate === list[99]).length).toBeCloseTo(300, -1);
    expect(picks.every((candidate) => candidate === list[98] || candidate === list[99])).toBe(true);
  });
});
