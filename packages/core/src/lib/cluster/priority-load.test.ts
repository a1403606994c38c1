import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitByPriority } from './priority-load.ts';

const split = (...healthyPercents: number[]) =>
  splitByPriority(
    healthyPercents.map((healthy) => ({ known: 100, healthy })),
    1.4,
    0.5,
  );
const percents = (...healthyPercents: number[]) => split(...healthyPercents).map((tier) => tier.percent);

describe('splitByPriority', () => {
  it.each([
    [100, [100, 0]],
    [72, [100, 0]],
    [71, [99, 1]],
    [50, [70, 30]],
    [25, [35, 65]],
    [0, [0, 100]],
  ])('matches the published table with P1 whole and P0 at %i %%', (healthy, expected) => {
    expect(percents(healthy, 100)).toEqual(expected);
  });

  it.each([
    [
      [100, 100],
      [100, 0],
    ],
    [
      [72, 72],
      [100, 0],
    ],
    [
      [71, 71],
      [99, 1],
    ],
    [
      [50, 50],
      [70, 30],
    ],
    [
      [25, 100],
      [35, 65],
    ],
    [
      [25, 25],
      [50, 50],
    ],
  ])('matches the published table of two tiers at %j', (healthy, expected) => {
    expect(percents(...healthy)).toEqual(expected);
  });

  it.each([
    [
      [100, 100, 100],
      [100, 0, 0],
    ],
    [
      [72, 72, 100],
      [100, 0, 0],
    ],
    [
      [71, 71, 100],
      [99, 1, 0],
    ],
    [
      [50, 50, 100],
      [70, 30, 0],
    ],
    [
      [25, 100, 100],
      [35, 65, 0],
    ],
    [
      [25, 25, 100],
      [35, 35, 30],
    ],
    [
      [25, 25, 20],
      [36, 36, 28],
    ],
  ])('matches the published table of three tiers at %j', (healthy, expected) => {
    // With all three in panic the published last row still splits by health: the threshold is off here.
    const tiers = healthy.map((count) => ({ known: 100, healthy: count }));
    expect(splitByPriority(tiers, 1.4, 0).map((tier) => tier.percent)).toEqual(expected);
  });

  it.each([
    [
      [72, 72],
      [false, false],
    ],
    [
      [71, 71],
      [false, false],
    ],
    [
      [50, 60],
      [false, false],
    ],
    [
      [0, 100],
      [false, false],
    ],
    [
      [25, 25],
      [true, true],
    ],
    [
      [5, 65],
      [true, false],
    ],
  ])('panics as published at %j', (healthy, expected) => {
    expect(split(...healthy).map((tier) => tier.panic)).toEqual(expected);
  });

  it('gives 7 and 93 percent when P0 panics at 5 % and P1 stands at 65 %', () => {
    expect(percents(5, 65)).toEqual([7, 93]);
  });

  it('follows the number of endpoints when every tier panics', () => {
    const tiers = [
      { known: 3, healthy: 0 },
      { known: 1, healthy: 0 },
    ];
    expect(splitByPriority(tiers, 1.4, 0.5)).toEqual([
      { percent: 75, panic: true },
      { percent: 25, panic: true },
    ]);
  });

  it('gives nothing to anybody when nobody is healthy and panic is off', () => {
    expect(splitByPriority([{ known: 3, healthy: 0 }], 1.4, 0)).toEqual([{ percent: 0, panic: false }]);
  });

  it('always shares out a hundred percent, and none to an empty tier, whatever the health', () => {
    const tier = fc
      .tuple(fc.nat(50), fc.nat(50))
      .map(([a, b]) => ({ known: Math.max(a, b), healthy: Math.min(a, b) }));
    fc.assert(
      fc.property(fc.array(tier, { minLength: 1, maxLength: 6 }), (tiers) => {
        const loads = splitByPriority(tiers, 1.4, 0.5);
        const usable = tiers.some((one) => one.known > 0);
        expect(loads.reduce((total, load) => total + load.percent, 0)).toBe(usable ? 100 : 0);
        for (const [index, load] of loads.entries()) {
          expect(load.percent).toBeGreaterThanOrEqual(0);
          if (tiers[index]?.known === 0) expect(load.percent).toBe(0);
        }
      }),
    );
  });
});
