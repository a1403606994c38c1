import { expect, it } from 'vitest';
import { refreshDelay } from './refresh.ts';

const delay = (ttl: number, chance = 0) =>
  refreshDelay(ttl, { minTtlMs: 1_000, maxTtlMs: 60_000, defaultTtlMs: 5_000, random: () => chance });

it('waits for the TTL, within its bounds', () => {
  expect([1, 30, 60, 61, 86_400].map((ttl) => delay(ttl))).toEqual([1_000, 30_000, 60_000, 60_000, 60_000]);
  expect(refreshDelay(1, { minTtlMs: 4_000, maxTtlMs: 9_000, defaultTtlMs: 100, random: () => 0 })).toBe(
    4_000,
  );
});

it('takes a TTL of 0 for unknown', () => expect(delay(0)).toBe(5_000));

it('adds a tenth at most, and never more than half a second', () => {
  expect(delay(2, 1)).toBe(2_200);
  expect(delay(60, 1)).toBe(60_500);
  expect(delay(60, 0.5)).toBe(60_250);
});
