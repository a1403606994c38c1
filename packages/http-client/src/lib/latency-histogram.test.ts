import { seededRandom } from '@evenkeel/core';
import { expect, test } from 'vitest';
import { LatencyHistogram } from './latency-histogram.ts';

test.each([0.5, 0.9, 0.95, 0.99])(
  'the quantile %d is at most 12.5 %% too high and never too low',
  (ratio) => {
    const random = seededRandom(7);
    const histogram = new LatencyHistogram(0);
    const samples = Array.from({ length: 10_000 }, () => 0.2 * 20_000 ** random());
    for (const sample of samples) histogram.record(sample, 0);
    const exact = samples.sort((a, b) => a - b)[Math.ceil(ratio * samples.length) - 1]!;
    const estimate = histogram.quantile(ratio, 0, 1)!;
    expect(estimate).toBeGreaterThanOrEqual(exact);
    expect(estimate).toBeLessThanOrEqual(exact * 1.125);
  },
);

test('with few samples it is rather too high than too low', () => {
  // The true 95th percentile is just above the bucket that ends at 18: half of all estimates would say 18.
  const trueMs = 18.05;
  let tooLow = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const histogram = new LatencyHistogram(0);
    for (let i = 0; i < 1_000; i++) histogram.record((-Math.log(1 - random()) * trueMs) / Math.log(20), 0);
    if (histogram.quantile(0.95, 0, 1)! < trueMs) tooLow++;
  }
  expect(tooLow).toBeLessThanOrEqual(50);
});

test('it says nothing before there are enough samples', () => {
  const histogram = new LatencyHistogram(0);
  for (let i = 0; i < 9; i++) histogram.record(5, 0);
  expect(histogram.quantile(0.95, 0, 10)).toBeUndefined();
  histogram.record(5, 0);
  expect(histogram.quantile(0.95, 0, 10)).toBeGreaterThanOrEqual(5);
});

test('it follows a change: old samples fade', () => {
  const histogram = new LatencyHistogram(0);
  for (let i = 0; i < 1_000; i++) histogram.record(100, 0);
  for (let i = 0; i < 1_000; i++) histogram.record(1, 50_000);
  expect(histogram.quantile(0.95, 50_000, 1)).toBeLessThan(2);
  expect(histogram.samples).toBeLessThan(1_050);
});

test('the extremes find a bucket', () => {
  const histogram = new LatencyHistogram(0);
  for (const sample of [0, 1e-9, 1e12]) histogram.record(sample, 0);
  expect(histogram.quantile(0.1, 0, 1)).toBeLessThan(0.1);
  expect(histogram.quantile(1, 0, 1)).toBeGreaterThan(1e5);
});
