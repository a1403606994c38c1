import { leastRequest, peakEwma, roundRobin } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import type { Report } from '../report/report.ts';
import { simulate } from '../simulate.ts';
import type { StrategyFactory } from '../strategy-factory.ts';
import type { Trial } from './scenario-template.ts';
import { slowHost } from './slow-host.ts';

const SEEDS = [1, 2, 3];

function run(strategy: StrategyFactory, trial: Partial<Trial> = {}): Promise<Report> {
  return simulate(slowHost.make({ strategy, ...trial }));
}

describe('one endpoint of 11 slower than the timeout', () => {
  it.each(SEEDS)('round robin succeeds with 95.4 ± 0.1 %, as published (seed %i)', async (seed) => {
    const { requests } = await run(roundRobin, { seed, client: { outlierDetection: false } });
    expect(requests.total).toBe(60_000);
    expect(Math.abs(requests.successRatio - 0.954)).toBeLessThanOrEqual(0.001);
  });

  it.each(SEEDS)('two choices by requests in flight reach 99.4 % (seed %i)', async (seed) => {
    const strategy: StrategyFactory = ({ random, clock }) => leastRequest({ random, clock, fullScanUpTo: 0 });
    const { requests } = await run(strategy, { seed, client: { outlierDetection: false } });
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
