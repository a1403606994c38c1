import { InvalidOptionsError } from '@evenkeel/core';
import { type FakeCandidate, fakeCandidate, testStrategy } from '@evenkeel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maglev } from './maglev.ts';

const keys = Array.from({ length: 20_000 }, (_, i) => `key-${i}`);

function candidates(weights: readonly number[]): FakeCandidate[] {
  return weights.map((weight, i) => fakeCandidate(`10.0.0.${i + 1}:80`, { weight }));
}

function ownersOf(list: readonly FakeCandidate[]): (string | undefined)[] {
  const strategy = maglev();
  strategy.update(list);
  return keys.map((hashKey) => strategy.pick({ hashKey })?.endpoint.id);
}

describe('maglev', () => {
  testStrategy({ test: it, make: ({ random }) => maglev({ random }), hashing: true, toleranceRatio: 0.08 });

  it('moves at most 1 % of the keys of others when an endpoint leaves', () => {
    const fleet = fc
      .array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 60 })
      .chain((weights) => fc.tuple(fc.constant(weights), fc.nat({ max: weights.length - 1 })));
    fc.assert(
      fc.property(fleet, ([weights, gone]) => {
        const list = candidates(weights);
        const after = ownersOf(list.toSpliced(gone, 1));
        const { id } = list[gone]!.endpoint;
        const moved = ownersOf(list).filter((owner, i) => owner !== id && owner !== after[i]);
        expect(moved.length / keys.length).toBeLessThanOrEqual(0.01);
      }),
      { numRuns: 20 },
    );
  });

  it('agrees with Envoy on where a key lives, with its hash', () => {
    const list = [90, 91, 92, 93, 94, 95].map((port) => fakeCandidate(`127.0.0.1:${port}`));
    const strategy = maglev({ tableSize: 7, hash: 'xxhash64' });
    strategy.update(list);
    // 3728699739546630719, the hash of foo, mod 7 is 3; 5234164152756840025, that of bar, is 4.
    expect(strategy.pick({ hashKey: 'foo' })).toBe(list[1]);
    expect(strategy.pick({ hashKey: 'bar' })).toBe(list[5]);
  });

  it('tries the endpoint that Envoy tries next', () => {
    const list = [90, 91, 92, 93, 94, 95].map((port) => fakeCandidate(`127.0.0.1:${port}`));
    const strategy = maglev({
      tableSize: 7,
      hash: (_text, out) => {
        out[0] = 0;
        out[1] = 10;
      },
    });
    strategy.update(list);
    expect(strategy.pick({ hashKey: '' })).toBe(list[1]);
    expect(strategy.pick({ hashKey: '', exclude: new Set(['127.0.0.1:91']) })).toBe(list[0]);
    expect(strategy.pick({ hashKey: '', exclude: new Set(['127.0.0.1:91', '127.0.0.1:90']) })).toBe(list[5]);
  });

  it('works with more endpoints than slots', () => {
    const strategy = maglev({ tableSize: 3 });
    const list = candidates(new Array<number>(9).fill(1));
    strategy.update(list);
    expect(new Set(keys.map((hashKey) => strategy.pick({ hashKey }))).size).toBe(3);
    const exclude = new Set(list.slice(1).map(({ endpoint }) => endpoint.id));
    expect(strategy.pick({ hashKey: 'a', exclude })).toBe(list[0]);
  });

  it('refuses a table size that is no prime', () => {
    for (const tableSize of [0, 1, 8, 65_536, 2.5, 4_194_301, Number.NaN]) {
      expect(() => maglev({ tableSize })).toThrow(InvalidOptionsError);
    }
    expect(() => maglev({ tableSize: 8 })).toThrow(
      'tableSize: got 8, expected a prime number of at most 2097152',
    );
    expect(() => maglev({ hash: 'sha256' as 'md5' })).toThrow(InvalidOptionsError);
  });
});
