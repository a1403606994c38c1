import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toEndpoint } from '../endpoint.ts';
import { InvalidOptionsError } from '../errors.ts';
import { createSubset } from './create-subset.ts';
import { orderOf, stableHash } from './stable-hash.ts';
import type { SubsetOptions } from './subset-options.ts';

const endpoints = (count: number) =>
  Array.from({ length: count }, (_, index) => toEndpoint(`10.${index >> 8}.${index & 255}.1:8080`));

function apertures(clientCount: number, size?: number) {
  return Array.from({ length: clientCount }, (_, clientIndex) =>
    createSubset({ clientIndex, clientCount, ...(size === undefined ? {} : { size }) }),
  );
}

/** Ids that only one of the two has. */
function difference(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>) {
  const added = [...after.keys()].filter((id) => !before.has(id)).length;
  const removed = [...before.keys()].filter((id) => !after.has(id)).length;
  return { added, removed };
}

/** The load of each endpoint when every client spreads one unit over its subset by the shares. */
function loads(subsets: readonly ReadonlyMap<string, number>[]): number[] {
  const load = new Map<string, number>();
  for (const subset of subsets) {
    const sum = [...subset.values()].reduce((total, share) => total + share, 0);
    for (const [id, share] of subset) load.set(id, (load.get(id) ?? 0) + share / sum);
  }
  return [...load.values()];
}

describe('deterministic aperture', () => {
  it('gives 1,000 clients of 5,000 endpoints 15 connections each, and every endpoint the same load', () => {
    const all = endpoints(5_000);
    const subsets = apertures(1_000).map((subset) => subset.select(all));
    expect(Math.max(...subsets.map((subset) => subset.size))).toBeLessThanOrEqual(15);
    expect(Math.min(...subsets.map((subset) => subset.size))).toBeGreaterThanOrEqual(12);
    const load = loads(subsets);
    expect(load).toHaveLength(5_000);
    for (const share of load) expect(Math.abs(share - 0.2)).toBeLessThan(1e-9);
  });

  it('replaces at most one endpoint of each client when one is added or removed', () => {
    const before = endpoints(5_000);
    const more = endpoints(5_001);
    const fewer = before.filter((_, index) => index !== 1_234);
    for (const subset of apertures(1_000).filter((_, index) => index % 10 === 0)) {
      const selected = subset.select(before);
      for (const changed of [more, fewer]) {
        const { added, removed } = difference(selected, subset.select(changed));
        expect(Math.min(added, removed)).toBeLessThanOrEqual(1);
        // Parts that were whole before may need a neighbour now, at either edge.
        expect(Math.max(added, removed)).toBeLessThanOrEqual(2);
      }
    }
  });

  it('spreads load equally for every number of clients and endpoints, and needs few connections for it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 20 }),
        (clientCount, endpointCount, size) => {
          const all = endpoints(endpointCount);
          const subsets = apertures(clientCount, size).map((subset) => subset.select(all));
          const load = loads(subsets);
          expect(load).toHaveLength(endpointCount);
          for (const share of load) expect(Math.abs(share - clientCount / endpointCount)).toBeLessThan(1e-9);
          const width = (Math.ceil((clientCount * size) / endpointCount) / clientCount) * endpointCount;
          for (const subset of subsets) {
            expect(subset.size).toBeGreaterThanOrEqual(Math.min(size, endpointCount));
            expect(subset.size).toBeLessThanOrEqual(Math.min(endpointCount, Math.ceil(width - 1e-9) + 1));
            for (const share of subset.values()) {
              expect(share).toBeGreaterThan(0);
              expect(share).toBeLessThanOrEqual(1);
            }
          }
        },
      ),
    );
  });

  it('replaces at most one endpoint for every number of clients and endpoints while the arc keeps its length', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 2, max: 120 }),
        fc.nat(),
        (clientCount, endpointCount, which) => {
          const size = 6;
          const arc = (count: number) => Math.ceil((clientCount * size) / count);
          fc.pre(arc(endpointCount) === arc(endpointCount - 1));
          const all = endpoints(endpointCount);
          const without = all.filter((_, index) => index !== which % endpointCount);
          for (const subset of apertures(clientCount, size)) {
            const { added, removed } = difference(subset.select(all), subset.select(without));
            expect(Math.min(added, removed)).toBeLessThanOrEqual(1);
            expect(Math.max(added, removed)).toBeLessThanOrEqual(2);
          }
        },
      ),
    );
  });

  it('adds both parts of an endpoint that an arc begins and ends on', () => {
    // 12 of 13 endpoints round up to 19 of 20 parts of the ring: what is left out is smaller than one endpoint.
    const all = endpoints(13);
    const subsets = apertures(20, 12).map((subset) => subset.select(all));
    for (const share of loads(subsets)) expect(Math.abs(share - 20 / 13)).toBeLessThan(1e-9);
  });

  it('gives edges in part: 2 clients of 3 endpoints with one each use one and a half', () => {
    const all = endpoints(3);
    const [first, second] = apertures(2, 1).map((subset) => subset.select(all));
    expect([...first!.values()]).toEqual([1, 0.5]);
    expect([...second!.values()]).toEqual([0.5, 1]);
  });

  it.each<[string, SubsetOptions, string]>([
    ['an index beyond the count', { clientIndex: 3, clientCount: 3 }, 'subset.clientIndex'],
    ['no count', { clientIndex: 0 } as SubsetOptions, 'subset.clientCount'],
    ['no index', { clientCount: 3 } as SubsetOptions, 'subset.clientIndex'],
    ['a size of 0', { clientIndex: 0, clientCount: 1, size: 0 }, 'subset.size'],
  ])('rejects %s', (_, options, field) => {
    expect(() => createSubset(options)).toThrow(InvalidOptionsError);
    expect(() => createSubset(options)).toThrow(field);
  });
});

describe('rendezvous subsetting', () => {
  it('changes at most one entry of each client when one endpoint comes or goes', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 200 }),
        fc.nat(),
        (clientId, size, count, which) => {
          const all = endpoints(count);
          const without = all.filter((_, index) => index !== which % count);
          const subset = createSubset({ clientId, size });
          const [more, fewer] = [subset.select(all), subset.select(without)];
          expect(more.size).toBe(Math.min(size, count));
          const { added, removed } = difference(fewer, more);
          expect(added).toBeLessThanOrEqual(1);
          expect(removed).toBeLessThanOrEqual(1);
          expect([...more.values()].every((share) => share === 1)).toBe(true);
        },
      ),
    );
  });

  it('spreads clients as evenly as chance would', () => {
    const all = endpoints(100);
    const subsets = Array.from({ length: 2_000 }, (_, index) =>
      createSubset({ clientId: `client-${index}`, size: 10 }).select(all),
    );
    const counts = all.map(({ id }) => subsets.filter((subset) => subset.has(id)).length);
    // Binomial with mean 200: chi-square with 99 degrees of freedom stays below 149 in 99.9 % of draws.
    const chiSquare = counts.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0) / 0.9;
    expect(chiSquare).toBeLessThan(149);
    expect(chiSquare).toBeGreaterThan(50);
  });

  it('rejects a client without a name', () => {
    expect(() => createSubset({ clientId: '' })).toThrow('subset.clientId');
    expect(() => createSubset({ clientId: undefined as unknown as string })).toThrow('subset.clientId');
  });
});

describe.each<[string, SubsetOptions]>([
  ['aperture', { clientIndex: 3, clientCount: 7, size: 5 }],
  ['rendezvous', { clientId: 'a', size: 5 }],
])('any subset (%s)', (_, options) => {
  it('is the same in whatever order the endpoints come, and from another instance', () => {
    const all = endpoints(50);
    const expected = new Map(createSubset(options).select(all));
    expect(new Map(createSubset(options).select([...all].reverse()))).toEqual(expected);
    expect(expected.size).toBeLessThan(50);
  });

  it.each([0, 1, 4, 5])('is everything, whole, with %i endpoints', (count) => {
    const all = endpoints(count);
    expect(createSubset(options).select(all)).toEqual(new Map(all.map(({ id }) => [id, 1])));
  });
});

describe('stableHash', () => {
  it('never changes: clients of different versions must agree', () => {
    expect(stableHash('10.0.0.1:8080')).toEqual({ high: 1_295_048_620, low: -347_605_736 });
    expect(stableHash('')).toEqual({ high: 332_280_062, low: 206_440_952 });
    expect(stableHash('ключ-🚢')).toEqual({ high: 1_958_567_756, low: 1_559_094_721 });
  });

  it('has no collisions among many similar ids, and fills its range evenly', () => {
    const seen = new Set<number>();
    const buckets = new Array<number>(16).fill(0);
    for (let index = 0; index < 200_000; index++) {
      const order = orderOf(stableHash(`10.0.${index >> 8}.${index & 255}:80`));
      seen.add(order);
      buckets[Math.floor(order / 2 ** 49)]!++;
    }
    expect(seen.size).toBe(200_000);
    for (const count of buckets) expect(Math.abs(count - 12_500)).toBeLessThan(500);
  });
});
