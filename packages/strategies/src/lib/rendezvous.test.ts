import { InvalidOptionsError } from '@evenkeel/core';
import { type FakeCandidate, fakeCandidate, testStrategy } from '@evenkeel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rendezvous } from './rendezvous.ts';

const keys = Array.from({ length: 2_000 }, (_, i) => `key-${i}`);

/** Weights of 2 to 9 endpoints, and which of them is meant. */
const fleet = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 9 })
  .chain((weights) => fc.tuple(fc.constant(weights), fc.nat({ max: weights.length - 1 })));

function candidates(weights: readonly number[]): FakeCandidate[] {
  return weights.map((weight, i) => fakeCandidate(`10.0.0.${i + 1}:80`, { weight }));
}

function ownersOf(list: readonly FakeCandidate[]): (string | undefined)[] {
  const strategy = rendezvous({ buckets: 4_096 });
  strategy.update(list);
  return keys.map((hashKey) => strategy.pick({ hashKey })?.endpoint.id);
}

describe('rendezvous', () => {
  testStrategy({
    test: it,
    make: ({ random }) => rendezvous({ random }),
    hashing: true,
    toleranceRatio: 0.12,
  });

  it('moves the keys of an endpoint that leaves, and no others', () => {
    fc.assert(
      fc.property(fleet, ([weights, gone]) => {
        const list = candidates(weights);
        const after = ownersOf(list.toSpliced(gone, 1));
        for (const [i, id] of ownersOf(list).entries()) {
          if (id !== list[gone]!.endpoint.id) expect(after[i]).toBe(id);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('moves keys only to an endpoint whose weight grows, be it ever so little', () => {
    fc.assert(
      fc.property(fleet, fc.double({ min: 0.01, max: 3, noNaN: true }), ([weights, heavier], by) => {
        const before = ownersOf(candidates(weights));
        const list = candidates(weights.with(heavier, weights[heavier]! + by));
        for (const [i, id] of ownersOf(list).entries()) {
          if (id !== before[i]) expect(id).toBe(list[heavier]!.endpoint.id);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('changes nothing when all weights grow alike', () => {
    expect(ownersOf(candidates([10, 20, 30]))).toEqual(ownersOf(candidates([1, 2, 3])));
  });

  it('gives 1,000 endpoints bucket counts that vary as those of a fair draw do', () => {
    const strategy = rendezvous({ buckets: 65_536 });
    const list = Array.from({ length: 1_000 }, (_, i) => fakeCandidate(`10.0.${i >> 8}.${i & 255}:80`));
    strategy.update(list);
    const counts = new Map<string, number>();
    for (let i = 0; i < 65_536; i += 1) {
      const { id } = strategy.pick({ hashKey: `key-${i}` })!.endpoint;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const mean = 65.536;
    const variance =
      list.reduce((sum, { endpoint }) => sum + ((counts.get(endpoint.id) ?? 0) - mean) ** 2, 0) / 1_000;
    // Keys are drawn at random among buckets, and buckets among endpoints: each adds the mean once.
    expect(variance / (2 * mean)).toBeGreaterThan(0.85);
    expect(variance / (2 * mean)).toBeLessThan(1.15);
  });

  it('puts keys with equal upper bits into one bucket', () => {
    const strategy = rendezvous({
      buckets: 2,
      hash: (text, out) => {
        out[0] = Number(text);
        out[1] = 0;
      },
    });
    strategy.update(candidates([1, 1]));
    const low = strategy.pick({ hashKey: '0' });
    expect(strategy.pick({ hashKey: `${2 ** 31 - 1}` })).toBe(low);
    expect(strategy.pick({ hashKey: `${2 ** 31}` })).toBe(strategy.pick({ hashKey: `${2 ** 32 - 1}` }));
  });

  it('refuses options out of range', () => {
    for (const buckets of [0, 1, 3, 65_537, 2.5, 2 ** 23]) {
      expect(() => rendezvous({ buckets })).toThrow(InvalidOptionsError);
    }
    expect(() => rendezvous({ buckets: 3 })).toThrow(
      'buckets: got 3, expected a power of two from 2 to 4194304',
    );
  });
});
