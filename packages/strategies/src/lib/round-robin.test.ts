import { type FakeCandidate, fakeCandidate, testStrategy } from '@evenkeel/testing';
import { describe, expect, it, test } from 'vitest';
import { roundRobin } from './round-robin.ts';

const [a, b, c, d] = [1, 2, 3, 4].map((i) => fakeCandidate(`10.0.0.${i}:80`)) as [
  FakeCandidate,
  FakeCandidate,
  FakeCandidate,
  FakeCandidate,
];

describe('roundRobin', () => {
  testStrategy({ test, make: roundRobin, shares: 'equal', toleranceRatio: 0.001 });

  it('goes round, as Envoy does', () => {
    const strategy = roundRobin({ random: () => 0 });
    strategy.update([a, b]);
    expect([1, 2, 3, 4].map(() => strategy.pick({}))).toEqual([a, b, a, b]);
  });

  it('starts at random', () => {
    const strategy = roundRobin({ random: () => 0.4 });
    strategy.update([a, b, c]);
    expect([1, 2, 3, 4].map(() => strategy.pick({}))).toEqual([b, c, a, b]);
  });

  it('goes on where it was when the list changes, whatever its order', () => {
    const strategy = roundRobin({ random: () => 0 });
    strategy.update([a, b, c]);
    strategy.pick({});
    strategy.update([c, b, a]);
    expect([1, 2, 3].map(() => strategy.pick({}))).toEqual([b, c, a]);
  });

  it('lets newcomers join at the end of the round', () => {
    const strategy = roundRobin({ random: () => 0 });
    strategy.update([a, b, c]);
    strategy.pick({});
    strategy.update([d, a, b, c]);
    expect([1, 2, 3, 4].map(() => strategy.pick({}))).toEqual([b, c, a, d]);
  });

  it('treats survivors alike while others come and go all the time', () => {
    const strategy = roundRobin();
    const counts = new Map([a, b, c].map((candidate) => [candidate.endpoint.id, 0]));
    for (let i = 0; i < 3_000; i++) {
      strategy.update(i % 2 === 0 ? [a, b, c] : [d, c, b, a]);
      const id = strategy.pick({})?.endpoint.id ?? '';
      if (counts.has(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const values = [...counts.values()];
    expect(Math.max(...values) - Math.min(...values)).toBeLessThanOrEqual(1);
  });
});
