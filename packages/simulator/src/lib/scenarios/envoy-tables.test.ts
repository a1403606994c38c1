import { smoothWeightedRoundRobin, weightedRandom } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import type { Report } from '../report/report.ts';
import { simulate } from '../simulate.ts';
import { panic } from './panic.ts';
import { priorityFailover } from './priority-failover.ts';
import { slowStart } from './slow-start.ts';
import { zoneLoss } from './zone-loss.ts';

const SEEDS = [1, 2];

/** The share of the attempts of one step that endpoints got whose id begins so, 0–1. */
function share({ endpoints }: Report, prefix: string, step: number): number {
  const sum = (of: typeof endpoints) =>
    of.reduce((total, { attemptsByStep }) => total + (attemptsByStep[step] ?? 0), 0);
  return sum(endpoints.filter(({ id }) => id.startsWith(prefix))) / sum(endpoints);
}

// 10,000 requests a step: the standard deviation of a share is 0.5 % at most, and 2 % are four of them.
const TOLERANCE = 0.02;

describe.each(SEEDS)("Envoy's tables as traffic (seed %i)", (seed) => {
  it.each([
    // Of endpoints, half (rounded down) gone: healthy share × 1.4 stays, in whole percents.
    [10, 0.3],
    [2, 0.3],
    [3, 0.07],
    [5, 0.16],
    [50, 0.3],
  ])(
    'of two priorities of %i the second gets %d while half of the first is gone',
    async (endpoints, expected) => {
      const report = await simulate(priorityFailover.make({ strategy: weightedRandom, seed, endpoints }));
      expect(share(report, 'p1', 0)).toBe(0);
      for (const step of [2, 3])
        expect(Math.abs(share(report, 'p1', step) - expected)).toBeLessThan(TOLERANCE);
      expect(share(report, 'p1', 5)).toBe(0);
    },
  );

  it.each([
    [100, 28, 0],
    [100, 29, 0.01],
    [100, 50, 0.3],
    [100, 75, 0.65],
    [100, 100, 1],
  ])('of %i endpoints with %i gone the second priority gets %d', async (endpoints, gone, expected) => {
    const { changes: _, ...scenario } = priorityFailover.make({ strategy: weightedRandom, seed, endpoints });
    const lost = Array.from({ length: gone }, (_, index) => `p0-${index}`);
    const report = await simulate({
      ...scenario,
      durationMs: 30_000,
      changes: [{ atMs: 5_000, endpoints: lost, set: { condition: 'refusing' } }],
    });
    expect(Math.abs(share(report, 'p1', 2) - expected)).toBeLessThan(expected === 0.01 ? 0.004 : TOLERANCE);
    if (expected === 0 || expected === 1) expect(share(report, 'p1', 2)).toBe(expected);
  });

  it.each([2, 3, 5, 10, 50])('below half healthy all %i endpoints are used', async (endpoints) => {
    const report = await simulate(panic.make({ strategy: weightedRandom, seed, endpoints }));
    expect(Math.abs(share(report, 'e0', 2) - 1 / endpoints)).toBeLessThan(TOLERANCE);
    expect(report.eventCounts.panicChanged).toBe(2);
  });

  it('at half healthy there is no panic, and the other half is not used', async () => {
    const { changes: _, ...scenario } = panic.make({ strategy: weightedRandom, seed });
    const lost = ['e0', 'e1', 'e2', 'e3', 'e4'];
    const report = await simulate({
      ...scenario,
      changes: [{ atMs: 10_000, endpoints: lost, set: { failureRatio: 1 } }],
    });
    expect(report.eventCounts.panicChanged).toBeUndefined();
    for (const id of lost) expect(share(report, id, 3)).toBe(0);
  });

  it('a zone keeps all of its requests, 70 % with half of its endpoints, and none without any', async () => {
    const report = await simulate(zoneLoss.make({ strategy: weightedRandom, seed }));
    const local = [0, 2, 4].map((step) => share(report, 'a', step));
    expect(local[0]).toBe(1);
    expect(Math.abs(local[1]! - 0.7)).toBeLessThan(TOLERANCE);
    expect(local[2]).toBe(0);
    expect(Math.abs(share(report, 'b', 4) - 0.5)).toBeLessThan(TOLERANCE);
  });

  it('a newcomer gets its share of the slow start', async () => {
    const report = await simulate(slowStart.make({ strategy: smoothWeightedRoundRobin, seed }));
    // Weights are renewed every second, and a step of 2 s has the mean of two.
    for (const [afterMs, ratio] of [
      [2_000, 0.1],
      [14_000, 0.25],
      [30_000, 0.5],
      [44_000, 0.75],
      [64_000, 1],
    ] as const) {
      const newcomer = share(report, 'newcomer', (62_000 + afterMs) / 2_000);
      expect(Math.abs((10 * newcomer) / (1 - newcomer) - ratio)).toBeLessThan(0.03);
    }
  });
});
