import { expect, it } from 'vitest';
import { ascending, median, quantile, spreadRatio } from './statistics.ts';

it('takes quantiles by nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([0, 0.01, 0.5, 0.95, 0.99, 0.991, 1].map((share) => quantile(values, share))).toEqual([
    1, 1, 50, 95, 99, 100, 100,
  ]);
});

it('has no quantile and no median of nothing', () => {
  expect(quantile([], 0.5)).toBeNaN();
  expect(median([])).toBeNaN();
});

it('sorts by value and leaves the original as it was', () => {
  const values = [10, 9, 1, 100];
  expect([...ascending(values)]).toEqual([1, 9, 10, 100]);
  expect(values).toEqual([10, 9, 1, 100]);
});

it('takes the mean of the two middle values', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 9, 1, 2])).toBe(5.5);
});

it('measures spread between the quartiles, so that one spoiled round hardly counts', () => {
  expect(spreadRatio([10, 10, 10, 10])).toBe(0);
  expect(spreadRatio([8, 9, 10, 11, 12])).toBeCloseTo(0.1);
  expect(spreadRatio([8, 9, 10, 11, 1_000])).toBeCloseTo(0.1);
});
