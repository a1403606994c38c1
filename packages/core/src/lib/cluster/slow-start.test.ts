import { describe, expect, it } from 'vitest';
import { resolveSlowStart, slowStartRatio, slowStartStepMs } from './slow-start.ts';

describe('slow start', () => {
  const minute = resolveSlowStart({ windowMs: 60_000 });

  it.each([
    [0, 0.1],
    [6_000, 0.1],
    [15_000, 0.25],
    [30_000, 0.5],
    [45_000, 0.75],
    [60_000, 1],
    [90_000, 1],
  ])('gives the published share after %i ms of a minute', (ageMs, ratio) => {
    expect(slowStartRatio(minute, ageMs)).toBeCloseTo(ratio, 12);
  });

  it('ramps up faster at first with more aggression', () => {
    const eager = resolveSlowStart({ windowMs: 60_000, aggression: 2 });
    expect(slowStartRatio(eager, 15_000)).toBeCloseTo(0.5, 12);
  });

  it('counts the first second as a whole one', () => {
    const short = resolveSlowStart({ windowMs: 4_000, minWeightRatio: 0.01 });
    expect(slowStartRatio(short, 0)).toBeCloseTo(0.25, 12);
  });

  it('renews weights sixty times in a window, within bounds', () => {
    expect(slowStartStepMs(minute)).toBe(1_000);
    expect(slowStartStepMs(resolveSlowStart({ windowMs: 1_000 }))).toBe(100);
    expect(slowStartStepMs(resolveSlowStart({ windowMs: 3_600_000 }))).toBe(5_000);
  });

  it('refuses options out of range, by name', () => {
    expect(() => resolveSlowStart({ windowMs: 0 })).toThrow('slowStart.windowMs: got 0');
    expect(() => resolveSlowStart({ windowMs: 1, minWeightRatio: 2 })).toThrow(
      'slowStart.minWeightRatio: got 2',
    );
  });
});
