import type { Random } from '@evenkeel/core';
import { boundedLoad, maglev, ringHash } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import { zipfKeys } from '../client/keys.ts';
import { loadBound } from './load-bound.ts';

const SEEDS = [1, 2, 3];
const bounded =
  (epsilon = 0.25) =>
  (options: { readonly random: Random }) =>
    boundedLoad({ epsilon, base: maglev(options) });

describe('bounded loads under Zipf keys', () => {
  it.each(SEEDS)('plain hashing goes far above the bound, the bound holds at each pick (seed %i)', (seed) => {
    const run = { endpoints: 10, keys: zipfKeys(100_000), requests: 30_000, seed };
    expect(loadBound({ ...run, strategy: ringHash }).violations).toBeGreaterThan(1_000);
    for (const epsilon of [0.1, 0.25, 0.5]) {
      expect(loadBound({ ...run, strategy: bounded(epsilon), epsilon }).violations).toBe(0);
    }
  });

  it.each([2, 3, 5, 50])('the bound holds with %i endpoints, few or many in flight', (endpoints) => {
    for (const inFlight of [1, endpoints, 10 * endpoints, 100 * endpoints]) {
      const run = { endpoints, keys: zipfKeys(10_000), inFlight, requests: 20_000 };
      expect(loadBound({ ...run, strategy: bounded() }).violations).toBe(0);
    }
  });

  it.each(SEEDS)(
    '95 percent of the picks stay with their owner where no key is too heavy (seed %i)',
    (seed) => {
      const run = { endpoints: 10, inFlight: 1_000, requests: 50_000, seed };
      expect(
        loadBound({ ...run, strategy: bounded(), keys: zipfKeys(100_000, 0.8) }).ownerRatio,
      ).toBeGreaterThan(0.95);
      // The heaviest key of an exponent of 1 is 8 % of all, most of what its endpoint may take with everything else.
      const heavy = loadBound({ ...run, strategy: bounded(), keys: zipfKeys(100_000, 1) });
      expect(heavy.ownerRatio).toBeGreaterThan(0.95 * heavy.possibleRatio);
    },
  );
});
