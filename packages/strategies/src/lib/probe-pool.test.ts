import { seededRandom } from '@evenkeel/core';
import { fakeCandidate } from '@evenkeel/testing';
import { expect, it } from 'vitest';
import { ProbePool } from './probe-pool.ts';
import { RecentQuantile } from './recent-quantile.ts';

const [a, b, c] = [1, 2, 3].map((port) => fakeCandidate({ host: 'h', port }));

const held = (pool: ProbePool): (number | undefined)[] =>
  Array.from({ length: pool.count }, (_, i) => pool.at(i)?.candidate?.endpoint.port);

const filled = (size: number): ProbePool => {
  const pool = new ProbePool(size);
  for (const [i, candidate] of [a!, b!, c!].entries()) {
    const probe = pool.add(candidate);
    Object.assign(probe!, { at: 10 * i, slot: i });
  }
  return pool;
};

it('keeps the newest of each candidate, and drops the oldest when it is full', () => {
  const pool = filled(3);
  expect(held(pool)).toEqual([1, 2, 3]);
  pool.add(a!);
  expect(held(pool)).toEqual([2, 3, 1]);
  expect(held(filled(2))).toEqual([2, 3]);
});

it('expires by time and removes by probe', () => {
  const pool = filled(3);
  pool.expire(10);
  expect(held(pool)).toEqual([2, 3]);
  pool.remove(pool.at(0));
  expect(held(pool)).toEqual([3]);
  pool.remove(undefined);
  expect(pool.at(1)).toBeUndefined();
});

it('keeps only candidates that stay, at their new positions', () => {
  const pool = filled(3);
  pool.retain(
    new Map([
      [c!, 0],
      [a!, 1],
    ]),
  );
  expect(held(pool)).toEqual([1, 3]);
  expect([pool.at(0)?.slot, pool.at(1)?.slot]).toEqual([1, 0]);
});

it('gives the quantile of recent samples, infinite before there are enough', () => {
  const quantile = new RecentQuantile(0.5, 64);
  for (let i = 0; i < 7; i++) quantile.add(i);
  expect(quantile.value).toBe(Number.POSITIVE_INFINITY);
  quantile.add(7);
  expect(quantile.value).toBe(4);
  for (let i = 0; i < 64; i++) quantile.add(1_000);
  expect(quantile.value).toBe(1_000);
});

it('keeps the quantile up to date with each sample', () => {
  const random = seededRandom(5);
  const quantile = new RecentQuantile(0.84, 48);
  const samples: number[] = [];
  for (let i = 0; i < 500; i++) {
    samples.push(Math.floor(random() * 20));
    quantile.add(samples.at(-1)!);
    const recent = samples.slice(-48).sort((a, b) => a - b);
    if (i >= 8) expect(quantile.value).toBe(recent[Math.floor(0.84 * recent.length)]);
  }
});
