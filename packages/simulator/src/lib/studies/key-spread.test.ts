import type { Random } from '@evenkeel/core';
import { maglev, rendezvous, ringHash } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import { keySpread } from './key-spread.ts';

const SEEDS = [1, 2, 3];
const SLOTS = 65_537;

/** A table whose keys are its slots, one after the other, so that slots themselves are counted. */
const slots = ({ random }: { readonly random: Random }) =>
  maglev({
    random,
    hash: (key, words) => {
      words[0] = 0;
      words[1] = Number(key.slice(key.indexOf('/') + 1));
    },
  });

describe('where keys live', () => {
  it.each([
    [10, 1.0],
    [100, 1.001],
    [1_000, 1.0071],
  ])(
    'of %i endpoints the largest in a Maglev table has %d of its share, the reference figure',
    (endpoints, expected) => {
      for (const seed of SEEDS) {
        const { maxRatio } = keySpread({ strategy: slots, endpoints, keys: SLOTS, seed });
        expect(maxRatio).toBeCloseTo(expected, 3);
      }
    },
  );

  it.each([2, 3, 5, 50, 650, 1_000])(
    'Maglev moves at most 1 percent of other keys, of %i endpoints',
    (endpoints) => {
      for (const seed of SEEDS) {
        const spread = keySpread({ strategy: slots, endpoints, keys: SLOTS, seed });
        expect(spread.excessMovedRatio).toBeLessThanOrEqual(0.01);
        // A hundred slots for each endpoint, and more; 1,000 have only 65.
        expect(spread.minRatio).toBeGreaterThan(0.99);
        expect(spread.maxRatio).toBeLessThan(1.01);
      }
    },
  );

  it.each([2, 3, 5, 50])('ring and rendezvous move no key that need not, of %i endpoints', (endpoints) => {
    for (const strategy of [ringHash, rendezvous]) {
      expect(keySpread({ strategy, endpoints, keys: 20_000 }).excessMovedRatio).toBe(0);
    }
  });

  it('of a ring of 160 points each the largest of 100 has 1.25 of its share at most, on average of layouts', () => {
    const ratios = [1, 2, 3, 4, 5, 6].map(
      (seed) => keySpread({ strategy: ringHash, endpoints: 100, keys: 300_000, seed }).maxRatio,
    );
    expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThanOrEqual(1.25);
    // The luck of random points: the standard deviation of one share is 8 %.
    expect(Math.max(...ratios)).toBeLessThan(1.35);
  });

  it('shares follow the weights', () => {
    const { counts } = keySpread({ strategy: slots, endpoints: [1, 2], keys: SLOTS });
    // Envoy's example for a table of 65,537.
    expect(counts).toEqual([21_846, 43_691]);
  });

  it('sees that a plain modulus moves nearly everything', () => {
    const modulo = () => {
      let list: Parameters<ReturnType<typeof maglev>['update']>[0] = [];
      return {
        name: 'modulo',
        update: (candidates: typeof list) => {
          list = candidates;
        },
        pick: ({ hashKey = '' }) => list[Number(hashKey.split('/')[1]) % list.length],
      };
    };
    expect(keySpread({ strategy: modulo, endpoints: 10 }).excessMovedRatio).toBeGreaterThan(0.5);
  });
});
