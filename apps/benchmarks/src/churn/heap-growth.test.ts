import { expect, it } from 'vitest';
import { heapGrowthRatio } from './heap-growth.ts';

const samples = (bytes: readonly number[]) =>
  bytes.map((value, index) => ({ second: index, bytes: value, departures: index }));

it('compares the second quarter with the last and does not mind the first', () => {
  expect(heapGrowthRatio(samples([1, 1, 10, 10, 50, 50, 12, 12]))).toBeCloseTo(0.2);
});

it('does not mind a single spike', () => {
  expect(heapGrowthRatio(samples([9, 9, 9, 9, 10, 10, 10, 10, 10, 10, 10, 10, 10, 90, 10, 10]))).toBe(0);
});
