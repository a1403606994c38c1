import { describe, expect, it } from 'vitest';
import { exactScale, latencyScale, linearScale } from './scale.ts';

describe('a linear scale', () => {
  it.each([
    [93, [0, 50, 100]],
    [100, [0, 50, 100]],
    [1, [0, 0.5, 1]],
    [0.0007, [0, 0.0005, 0.001]],
  ])('up to %d has round ticks', (max, ticks) => {
    const scale = linearScale(0, max, 100, 0, 2);
    expect(scale.ticks.map((tick) => Number(tick.toPrecision(6)))).toEqual(ticks);
    expect(scale.at(0)).toBe(100);
    expect(scale.at(ticks.at(-1) ?? 0)).toBeCloseTo(0);
  });

  it('keeps NaN, and puts what is outside at its end', () => {
    const scale = linearScale(0, 10, 100, 0);
    expect([scale.at(Number.NaN), scale.at(-5), scale.at(1_000)]).toEqual([Number.NaN, 100, 0]);
  });
});

it('an exact scale ends where its values do', () => {
  const scale = exactScale(0, 45_000, 0, 90);
  expect([scale.at(45_000), scale.ticks]).toEqual([90, [0, 20_000, 40_000]]);
});

describe('a scale of latencies', () => {
  it('is linear from 0 where they differ little', () => {
    expect(latencyScale([100, 180], 100, 0).ticks).toEqual([0, 50, 100, 150, 200]);
  });

  it('is logarithmic where they differ much', () => {
    const scale = latencyScale([9, 900], 100, 0);
    expect(scale.ticks).toEqual([10, 100, 1_000]);
    expect(scale.at(1_000)).toBe(0);
    expect(scale.at(100) - scale.at(1_000)).toBeCloseTo(scale.at(10) - scale.at(100));
  });

  it.each([[[]], [[0, 0]], [[Number.NaN]]])('needs no value above 0: %o', (values) => {
    expect(latencyScale(values, 100, 0).at(0)).toBe(100);
  });
});
