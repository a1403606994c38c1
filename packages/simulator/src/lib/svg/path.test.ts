import { expect, it } from 'vitest';
import { areaPath, bandPath, linePath } from './path.ts';

const points = (...ys: readonly number[]) => ys.map((y, index) => ({ x: index * 10, y }));

it('draws corners alone, in tenths of a pixel', () => {
  expect(linePath(points(1, 1, 1, 1.04, 3.16, 3.16))).toBe('M0,1h30l10,2.2h10');
});

it('does not drift, however many steps are rounded', () => {
  const steps = [
    ...linePath(points(...Array.from({ length: 1_000 }, (_, i) => i * 0.333))).matchAll(/l10,([\d.]+)/g),
  ];
  expect(steps).toHaveLength(999);
  expect(steps.reduce((sum, [, y]) => sum + Number(y), 0)).toBeCloseTo(332.7, 6);
});

it('breaks where there is no value, and shows a value alone', () => {
  expect(linePath(points(Number.NaN, 1, Number.NaN, 2, 3))).toBe('M10,1h1M30,2l10,1');
  expect(linePath(points(Number.NaN))).toBe('');
});

it('fills down to the floor', () => {
  expect(areaPath(points(5, 2), 10)).toBe('M0,5l10,-3v8h-10z');
});

it('fills between two lines, where both are', () => {
  expect(bandPath(points(1, 1, Number.NaN, 1), points(4, 5, 6, Number.NaN))).toBe('M0,1h10v4l-10,-1z');
});
