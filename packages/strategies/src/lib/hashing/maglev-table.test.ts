import { type Random, seededRandom } from '@evenkeel/core';
import { describe, expect, it } from 'vitest';
import { finishBuild } from './background-build.ts';
import {
  fillMaglev,
  isTableSize,
  type MaglevTable,
  maglevBuilder,
  type Permutation,
} from './maglev-table.ts';

const out = new Uint32Array(2);

function tableOf(size: number, weights: Readonly<Record<string, number>>): MaglevTable {
  // Not from the entries of the object: names that are numbers would change places.
  const placements = Object.keys(weights)
    .sort()
    .map((key) => ({ member: { id: key, candidate: undefined, rank: 0 }, key, weight: weights[key]! }));
  return finishBuild(maglevBuilder(size).build(placements, undefined))!;
}

function equal(...keys: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(keys.map((key) => [key, 1]));
}

function ownersOf(table: MaglevTable, hashes: number): number[] {
  return Array.from({ length: hashes }, (_, hash) => {
    out[0] = 0;
    out[1] = hash;
    return table.ownerOf(table.locate(out));
  });
}

const local = [
  '127.0.0.1:90',
  '127.0.0.1:91',
  '127.0.0.1:92',
  '127.0.0.1:93',
  '127.0.0.1:94',
  '127.0.0.1:95',
];

describe('the Maglev table of Envoy', () => {
  it('is that of the test Basic, three times around', () => {
    const expected = [2, 4, 0, 1, 5, 0, 3];
    expect(ownersOf(tableOf(7, equal(...local)), 21)).toEqual([...expected, ...expected, ...expected]);
  });

  it('is that of the test BasicWithHostName', () => {
    expect(ownersOf(tableOf(7, equal('90', '91', '92', '93', '94', '95')), 7)).toEqual([2, 5, 0, 3, 4, 1, 0]);
  });

  it('is that of the test Weighted', () => {
    const expected = [1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1];
    expect(ownersOf(tableOf(17, { '127.0.0.1:90': 1, '127.0.0.1:91': 2 }), 17)).toEqual(expected);
  });

  it('is that of the tests with weighted localities, multiplied out', () => {
    const same = [1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1];
    const other = [1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    expect(ownersOf(tableOf(17, { '127.0.0.1:90': 1, '127.0.0.1:91': 1 }), 17)).toEqual(same);
    expect(ownersOf(tableOf(17, { '127.0.0.1:90': 8, '127.0.0.1:91': 2 }), 17)).toEqual(other);
  });

  it('goes on as in the test BasicWithRetryHostPredicate', () => {
    const table = tableOf(7, equal(...local));
    out[0] = 0;
    out[1] = 10;
    const slot = table.locate(out);
    expect(table.ownerOf(slot)).toBe(1);
    expect(table.ownerOf(table.next(out, slot, 1))).toBe(0);
    expect(table.ownerOf(table.next(out, slot, 2))).toBe(5);
  });

  it('gives weights 1 and 2 the published 21,846 and 43,691 slots of 65,537', () => {
    const owners = ownersOf(tableOf(65_537, { '127.0.0.1:90': 1, '127.0.0.1:91': 2 }), 65_537);
    const second = owners.filter((owner) => owner === 1).length;
    expect([65_537 - second, second]).toEqual([21_846, 43_691]);
  });

  it('reduces hashes of 64 bits exactly', () => {
    for (const size of [2, 7, 65_537, 2_097_143]) {
      const table = tableOf(size, equal(...local));
      for (const hash of [0n, 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 64n - 1n, 0x9e3779b97f4a7c15n]) {
        out[0] = Number(hash >> 32n);
        out[1] = Number(hash & 0xffffffffn);
        expect(table.locate(out)).toBe(Number(hash % BigInt(size)));
      }
    }
  });
});

describe('fillMaglev', () => {
  const b0 = { offset: 3, skip: 4 };
  const b1 = { offset: 0, skip: 2 };
  const b2 = { offset: 3, skip: 1 };

  it('fills the example of the paper, and again without B1', () => {
    expect([...finishBuild(fillMaglev(7, [b0, b1, b2], [1, 1, 1]))]).toEqual([1, 0, 1, 0, 2, 2, 0]);
    expect([...finishBuild(fillMaglev(7, [b0, b2], [1, 1]))]).toEqual([0, 0, 0, 0, 1, 1, 1]);
  });

  it('gives 400 equal members slots that differ by one at most, as in the tests of Katran', () => {
    const names = Array.from({ length: 400 }, (_, i) => `real-${i}`);
    const counts = new Array<number>(400).fill(0);
    for (const owner of ownersOf(tableOf(65_537, equal(...names)), 65_537)) counts[owner]! += 1;
    expect(Math.max(...counts) - Math.min(...counts)).toBe(1);
  });
});

describe('turns by weight', () => {
  /** Listing 1 of the paper with the weights of Envoy, as plain as can be: everybody is asked in each round. */
  function fillPlainly(
    size: number,
    permutations: readonly Permutation[],
    weights: readonly number[],
  ): number[] {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const shares = weights.map((weight) => weight / total);
    const largest = Math.max(...shares);
    const targets = weights.map(() => 0);
    const wishes = permutations.map(({ offset }) => offset);
    const slots = new Array<number>(size).fill(-1);
    for (let round = 1; slots.includes(-1); round += 1) {
      for (const [i, { skip }] of permutations.entries()) {
        if (round * shares[i]! < targets[i]! || !slots.includes(-1)) continue;
        targets[i]! += largest;
        while (slots[wishes[i]!] !== -1) wishes[i] = (wishes[i]! + skip) % size;
        slots[wishes[i]!] = i;
      }
    }
    return slots;
  }

  it.each([
    ['equal', () => 1],
    ['of any size', (random: Random) => 0.01 + random()],
    ['of whole numbers', (random: Random) => 1 + Math.floor(5 * random())],
    [
      'tiny beside a few that are the largest allowed',
      (random: Random) => (random() < 0.02 ? 65_535 : random()),
    ],
  ])('are those of everybody in each round, with weights %s', (_name, weigh) => {
    const size = 211;
    const random = seededRandom(3);
    for (const count of [1, 2, 63, 64, 65, 200]) {
      const weights = Array.from({ length: count }, () => weigh(random));
      const permutations = weights.map(() => ({
        offset: Math.floor(random() * size),
        skip: 1 + Math.floor(random() * (size - 1)),
      }));
      const slots = [...finishBuild(fillMaglev(size, permutations, weights))];
      expect(slots).toEqual(fillPlainly(size, permutations, weights));
    }
  });

  it('do not take long where one of ten thousand is heavy', () => {
    let slices = 0;
    const permutations = Array.from({ length: 10_000 }, (_, i) => ({ offset: i, skip: 1 + i }));
    const build = fillMaglev(
      65_537,
      permutations,
      permutations.map((_, i) => (i === 0 ? 65_535 : 1)),
    );
    while (!build.next().done) slices += 1;
    // Asking everybody in each round takes some 9,000.
    expect(slices).toBeLessThan(200);
  });
});

describe('isTableSize', () => {
  it('takes primes only, up to 2^21', () => {
    for (const size of [2, 3, 7, 65_537, 655_373, 2_097_143]) expect(isTableSize(size)).toBe(true);
    for (const size of [0, 1, 8, 9, 65_536, 2.5, -7, 2_097_169, Number.NaN])
      expect(isTableSize(size)).toBe(false);
  });
});
