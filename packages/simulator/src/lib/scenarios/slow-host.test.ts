import { leastRequest, peakEwma, roundRobin } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import type { Report } from '../report/report.ts';
import { simulate } from '../simulate.ts';
import type { StrategyFactory } from '../strategy-factory.ts';
import type { Trial } from './scenario-template.ts';
import { slowHost } from './slow-host.ts';
import { finaglePeak, plainChoices, plainFullScan, plainRandom } from './testing/reference-strategies.ts';

const SEEDS = [1, 2, 3];
const ALONE = { outlierDetection: false } as const;

async function run(strategy: StrategyFactory, trial: Partial<Trial> = {}): Promise<Report> {
  const report = await simulate(slowHost.make({ strategy, ...trial }));
  expect(report.requests.total).toBe(60_000);
  return report;
}

/**
 * Percent of requests in time for a client that judges the second as late but waits for the answer all the same, as that of
 * the published experiment: its requests stay in flight for the whole 2 s.
 */
async function inTime(strategy: StrategyFactory, trial: Partial<Trial>): Promise<number> {
  const { endpoints } = await run(strategy, { ...trial, client: { ...ALONE, perTryTimeoutMs: 0 } });
  const late = endpoints[0]?.attemptsByStep.slice(15, 45).reduce((sum, attempts) => sum + attempts, 0) ?? 0;
  return 100 * (1 - late / 60_000);
}

describe('one endpoint slower than the timeout, as known balancers see it', () => {
  it.each([
    ['round robin', roundRobin, 11, 95.455, 0.005],
    ['random', plainRandom, 11, 95.42, 0.13],
    ['two choices', plainChoices(), 11, 99.495, 0.01],
    ['two choices', plainChoices(), 2, 95.99, 0.02],
    ['two choices', plainChoices(), 3, 97.86, 0.02],
    ['two choices', plainChoices(), 5, 98.87, 0.02],
    ['two choices', plainChoices(), 50, 99.86, 0.01],
    ['a full scan', plainFullScan, 11, 99.565, 0.01],
    ['peak EWMA of two choices', plainChoices(2, finaglePeak), 11, 99.9265, 0.008],
    ['peak EWMA of two choices', plainChoices(2, finaglePeak), 2, 99.31, 0.02],
    ['peak EWMA of two choices', plainChoices(2, finaglePeak), 3, 99.65, 0.02],
    ['peak EWMA of two choices', plainChoices(2, finaglePeak), 5, 99.82, 0.02],
    ['peak EWMA of two choices', plainChoices(2, finaglePeak), 50, 99.98, 0.01],
  ] as const)('%s among %i reaches %f ± %f percent', async (_, strategy, endpoints, percent, tolerance) => {
    expect(Math.abs((await inTime(strategy, { endpoints })) - percent)).toBeLessThanOrEqual(tolerance);
  });
});

describe('one endpoint of 11 slower than the timeout', () => {
  it.each(SEEDS)('round robin succeeds with 95.4 ± 0.1 %, as published (seed %i)', async (seed) => {
    const { requests } = await run(roundRobin, { seed, client: ALONE });
    expect(Math.abs(requests.successRatio - 0.954)).toBeLessThanOrEqual(0.001);
  });

  it.each(SEEDS)('two choices by requests in flight reach 99.4 % (seed %i)', async (seed) => {
    const strategy: StrategyFactory = ({ random, clock }) => leastRequest({ random, clock, fullScanUpTo: 0 });
    const { requests } = await run(strategy, { seed, client: ALONE });
    expect(requests.successRatio).toBeGreaterThanOrEqual(0.994);
  });

  it.each(SEEDS)('peak EWMA, the default, reaches 99.95 % without hedging (seed %i)', async (seed) => {
    const { requests } = await run(peakEwma, { seed });
    expect(requests.successRatio).toBeGreaterThanOrEqual(0.9995);
  });

  it.each(SEEDS)(
    'peak EWMA with hedges loses nothing, for at most 1 % more requests (seed %i)',
    async (seed) => {
      const { requests, attempts } = await run(peakEwma, { seed, client: { hedge: { percentile: 0.995 } } });
      expect(requests.successRatio).toBe(1);
      expect(attempts.extraRatio).toBeLessThanOrEqual(0.01);
    },
  );
});

describe('one endpoint slower than the timeout, among few or many', () => {
  it.each(
    (
      [
        [2, 99.7],
        [3, 99.8],
        [5, 99.9],
        [50, 99.97],
      ] as const
    ).flatMap(([endpoints, percent]) => [1, 2].map((seed) => [endpoints, percent, seed] as const)),
  )(
    'peak EWMA among %i reaches %f percent, with and without outlier detection (seed %i)',
    async (endpoints, percent, seed) => {
      for (const client of [{}, ALONE]) {
        const { requests } = await run(peakEwma, { endpoints, seed, client });
        expect(100 * requests.successRatio).toBeGreaterThanOrEqual(percent);
      }
    },
  );
});
