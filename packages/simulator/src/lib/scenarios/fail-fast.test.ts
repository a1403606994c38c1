import { leastRequest, peakEwma, roundRobin } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import { simulate } from '../simulate.ts';
import type { StrategyFactory } from '../strategy-factory.ts';
import { failFast } from './fail-fast.ts';
import type { Trial } from './scenario-template.ts';
import { finaglePeak, plainChoices, plainFullScan } from './testing/reference-strategies.ts';

const ALONE = { outlierDetection: false } as const;

/** In percent. */
async function errors(strategy: StrategyFactory, trial: Partial<Trial>): Promise<number> {
  const { requests } = await simulate(failFast.make({ strategy, ...trial }));
  expect(requests.total).toBe(60_000);
  expect(requests.unfinished).toBe(0);
  return 100 * (1 - requests.successRatio);
}

describe('one endpoint that fails in 1 ms, as known balancers see it', () => {
  it.each([
    ['round robin', roundRobin, 3, 33.3, 0.1],
    ['round robin', roundRobin, 10, 10, 0.1],
    ['two choices', plainChoices(), 3, 66.9, 0.5],
    ['two choices', plainChoices(), 10, 19.7, 0.5],
    ['two choices', plainChoices(), 100, 1.4, 0.1],
    ['a full scan', plainFullScan, 3, 96.1, 0.2],
    ['a full scan', plainFullScan, 10, 82.9, 0.5],
    ['peak EWMA of two choices', plainChoices(2, finaglePeak), 3, 66.9, 0.5],
    ['peak EWMA of two choices', plainChoices(2, finaglePeak), 10, 19.7, 0.5],
  ] as const)(
    'attracts traffic: %s among %i loses %f ± %f percent',
    async (_, strategy, endpoints, percent, tolerance) => {
      const lost = await errors(strategy, { endpoints, client: ALONE });
      expect(Math.abs(lost - percent)).toBeLessThanOrEqual(tolerance);
    },
  );
});

describe('one endpoint that fails in 1 ms, without retries', () => {
  it.each([2, 3, 5, 10, 50].flatMap((endpoints) => [1, 2].map((seed) => [endpoints, seed] as const)))(
    'costs peak EWMA at most 2 in a thousand requests among %i, without outlier detection (seed %i)',
    async (endpoints, seed) => {
      expect(await errors(peakEwma, { endpoints, seed, client: ALONE })).toBeLessThanOrEqual(0.2);
    },
  );

  it.each([2, 3, 5, 10, 50])('costs less still with it, among %i', async (endpoints) => {
    expect(await errors(peakEwma, { endpoints })).toBeLessThanOrEqual(0.05);
  });

  it.each([3, 10])('costs least-request at most one in a thousand among %i', async (endpoints) => {
    expect(await errors(leastRequest, { endpoints, client: ALONE })).toBeLessThanOrEqual(0.1);
  });
});
