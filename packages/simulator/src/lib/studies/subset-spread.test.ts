import { describe, expect, it } from 'vitest';
import { subsetSpread } from './subset-spread.ts';

describe('subsets of endpoints', () => {
  it('an aperture of 12 has 12 connections among 100 and 100, 1,200 in all, as published', async () => {
    const { connections, load } = await subsetSpread({ kind: 'aperture', clients: 100, endpoints: 100 });
    expect(connections).toEqual({ min: 12, max: 12, total: 1_200 });
    expect(Math.max(load.max - 1, 1 - load.min)).toBeLessThan(1e-9);
  });

  // Five endpoints for each client, as with 1,000 and 5,000, which take a minute.
  it.each(['leaves', 'joins'] as const)(
    'an aperture keeps to 15 connections and equal load when one %s',
    async (change) => {
      const spread = await subsetSpread({ kind: 'aperture', clients: 200, endpoints: 1_000, change });
      expect(spread.connections).toEqual({ min: 15, max: 15, total: 3_000 });
      expect(Math.max(spread.load.max - 1, 1 - spread.load.min)).toBeLessThan(1e-9);
      // What equal load costs: both edges of an arc may move.
      expect(spread.changes.max).toBeLessThanOrEqual(2);
      expect(spread.changes.mean).toBeLessThanOrEqual(1.05);
    },
  );

  it.each(['leaves', 'joins'] as const)(
    'rendezvous changes at most one endpoint of a client when one %s',
    async (change) => {
      const spread = await subsetSpread({ kind: 'rendezvous', clients: 200, endpoints: 1_000, change });
      expect(spread.connections).toEqual({ min: 12, max: 12, total: 2_400 });
      expect(spread.changes.max).toBeLessThanOrEqual(1);
      expect(spread.changes.mean).toBeLessThanOrEqual(0.05);
    },
  );

  it('rendezvous balances on average only: of 100 clients the load has a deviation of 27 %, as published', async () => {
    const { load } = await subsetSpread({ kind: 'rendezvous', clients: 100, endpoints: 100 });
    // The extremes of 100 such loads are two and a half deviations away, give or take one.
    expect(load.max).toBeGreaterThan(1.4);
    expect(load.max).toBeLessThan(2);
    expect(load.min).toBeGreaterThan(0.2);
    expect(load.min).toBeLessThan(0.7);
  });

  it.each([2, 3, 5])('all of %i endpoints are used, whichever the kind', async (endpoints) => {
    for (const kind of ['aperture', 'rendezvous'] as const) {
      const { connections } = await subsetSpread({ kind, clients: 10, endpoints });
      expect(connections).toEqual({ min: endpoints, max: endpoints, total: 10 * endpoints });
    }
  });

  it('refuses what is none', async () => {
    await expect(subsetSpread({ kind: 'aperture', clients: 0, endpoints: 5 })).rejects.toThrow(
      'clients: got 0',
    );
  });
});
