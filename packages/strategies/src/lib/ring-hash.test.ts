import { InvalidOptionsError } from '@evenkeel/core';
import { type FakeCandidate, fakeCandidate, testStrategy } from '@evenkeel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HashStrategy } from './hashing/hash-strategy.ts';
import { type RingHashOptions, ringHash } from './ring-hash.ts';

const LAYOUTS = ['evenkeel', 'ketama', 'nginx', 'envoy', 'envoyMurmur2'] as const;
const keys = Array.from({ length: 2_000 }, (_, i) => `key-${i}`);

/** Weights of 2 to 9 endpoints, and which of them is meant. */
const fleet = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 9 })
  .chain((weights) => fc.tuple(fc.constant(weights), fc.nat({ max: weights.length - 1 })));

function candidates(weights: readonly number[]): FakeCandidate[] {
  return weights.map((weight, i) => fakeCandidate(`10.0.0.${i + 1}:80`, { weight }));
}

function owners(strategy: HashStrategy): (string | undefined)[] {
  return keys.map((hashKey) => strategy.pick({ hashKey })?.endpoint.id);
}

function ownersOf(list: readonly FakeCandidate[], options: RingHashOptions = {}): (string | undefined)[] {
  const strategy = ringHash(options);
  strategy.update(list);
  return owners(strategy);
}

describe('ringHash', () => {
  // 160 points for each endpoint: the standard deviation of a share is 8 % of it.
  testStrategy({
    test: it,
    make: ({ random }) => ringHash({ random }),
    hashing: true,
    toleranceRatio: 0.3,
  });

  it('moves the keys of an endpoint that leaves, and no others', () => {
    fc.assert(
      fc.property(fleet, ([weights, gone]) => {
        const list = candidates(weights);
        const before = ownersOf(list);
        const after = ownersOf(list.toSpliced(gone, 1));
        for (const [i, id] of before.entries()) {
          if (id !== list[gone]!.endpoint.id) expect(after[i]).toBe(id);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('moves keys only to an endpoint whose weight grows', () => {
    fc.assert(
      fc.property(fleet, ([weights, heavier]) => {
        const list = candidates(weights);
        const strategy = ringHash();
        strategy.update(list);
        const before = owners(strategy);
        list[heavier]!.weight += 1;
        strategy.update(list);
        for (const [i, id] of owners(strategy).entries()) {
          if (id !== before[i]) expect(id).toBe(list[heavier]!.endpoint.id);
        }
        expect(owners(strategy)).toEqual(ownersOf(list));
      }),
      { numRuns: 40 },
    );
  });

  it('sends the keys of an excluded endpoint where they would go without it', () => {
    const list = candidates([1, 2, 3, 1, 1]);
    const strategy = ringHash();
    strategy.update(list);
    const gone = list[1]!.endpoint.id;
    const without = ownersOf(list.toSpliced(1, 1));
    const exclude = new Set([gone]);
    expect(keys.map((hashKey) => strategy.pick({ hashKey, exclude })?.endpoint.id)).toEqual(without);
  });

  it('gives no endpoint of 100 more than 1.3 times its share of 200,000 keys', () => {
    const strategy = ringHash();
    const list = candidates(new Array<number>(100).fill(1));
    strategy.update(list);
    const counts = new Map<string, number>();
    for (let i = 0; i < 200_000; i += 1) {
      const { id } = strategy.pick({ hashKey: `user-${i}` })!.endpoint;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect(Math.max(...counts.values()) / 2_000).toBeLessThan(1.3);
    expect(Math.min(...counts.values()) / 2_000).toBeGreaterThan(0.7);
  });

  it('comes nearer to equal shares with more points', () => {
    const worst = (pointsPerWeight: number): number => {
      const counts = new Map<string | undefined, number>();
      for (const id of ownersOf(candidates([1, 1, 1, 1, 1]), { pointsPerWeight })) {
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      return Math.max(...counts.values()) / (keys.length / 5);
    };
    expect(worst(4)).toBeGreaterThan(1.2);
    expect(worst(4_000)).toBeLessThan(1.1);
  });

  it('places keys in another way in each layout, and agrees with itself', () => {
    const list = candidates([1, 1, 1, 1]);
    const all = LAYOUTS.map((layout) => ownersOf(list, { layout }).join());
    expect(new Set(all).size).toBe(LAYOUTS.length);
    expect(LAYOUTS.map((layout) => ownersOf(list, { layout }).join())).toEqual(all);
  });

  it('hashes keys as told', () => {
    const list = candidates([1, 1, 1]);
    const first = ownersOf(list, {
      hash: (_text, out) => {
        out[0] = 0;
        out[1] = 0;
      },
    });
    expect(new Set(first).size).toBe(1);
    expect(ownersOf(list, { hash: 'murmur3' })).toEqual(ownersOf(list));
    expect(ownersOf(list, { hash: 'xxhash64' })).not.toEqual(ownersOf(list));
  });

  it('agrees with nginx on what it serves, from candidates to picks', () => {
    const list = ['127.0.0.1:8081', '127.0.0.1:8082', '127.0.0.1:8083'].map((address) =>
      fakeCandidate(address),
    );
    const strategy = ringHash({ layout: 'nginx' });
    strategy.update(list);
    const ports = Array.from({ length: 20 }, (_, i) => strategy.pick({ hashKey: `${i + 1}` })!.endpoint.port);
    expect(ports.map((port) => port - 8_080).join('')).toBe('13131312121121223112');
  });

  it('refuses options out of range', () => {
    const refused: readonly RingHashOptions[] = [
      { layout: 'karger' as 'nginx' },
      { hash: 'sha256' as 'md5' },
      { pointsPerWeight: 0 },
      { minRingSize: 0 },
      { maxRingSize: 1.5 },
      { maxRingSize: 8_388_609 },
      { layout: 'envoy', minRingSize: 20, maxRingSize: 10 },
    ];
    for (const options of refused) expect(() => ringHash(options)).toThrow(InvalidOptionsError);
    expect(() => ringHash({ layout: 'envoy', minRingSize: 20, maxRingSize: 10 })).toThrow(
      'minRingSize: got 20, expected at most maxRingSize, 10',
    );
  });
});
