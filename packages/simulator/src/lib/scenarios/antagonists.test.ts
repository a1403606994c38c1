import { peakEwma, prequal, random, reportedLoad } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import type { Report } from '../report/report.ts';
import { simulate } from '../simulate.ts';
import type { StrategyFactory } from '../strategy-factory.ts';
import { antagonistsAt } from './antagonists.ts';

const SEEDS = [1, 2, 3, 4];

function run(load: number, strategy: StrategyFactory, seed: number): Promise<Report> {
  return simulate(antagonistsAt(load).make({ strategy, seed }));
}

/** Twenty endpoints have five times the requests of four: half of the time is as good. */
function halfRun(strategy: StrategyFactory, seed: number): Promise<Report> {
  return simulate({ ...antagonistsAt(0.9).make({ strategy, seed, endpoints: 20 }), durationMs: 32_000 });
}

/** The mean of the seeds: the p99 of weighted round robin, which follows nobody's speed, differs by a quarter between them. */
async function meanP99(load: number, strategy: StrategyFactory): Promise<number> {
  let sum = 0;
  for (const seed of SEEDS) {
    const { latencyMs, requests } = await run(load, strategy, seed);
    expect(requests.failed).toBe(0);
    sum += latencyMs.p99;
  }
  return sum / SEEDS.length;
}

describe('endpoints with antagonists', () => {
  it.each([
    [0.75, 200],
    [0.93, 281],
    [1.03, 443],
    [1.27, 678],
  ])(
    'weighted round robin at %d load has a p99 within 40 percent of the published one',
    async (load, published) => {
      expect(Math.abs((await meanP99(load, reportedLoad)) / published - 1)).toBeLessThan(0.4);
    },
  );

  it('random picks bear a load of 1 as published, and not one of 1.27', async () => {
    const [idle, full, over] = await Promise.all([0.1, 1, 1.27].map((load) => run(load, random, 1)));
    expect(full!.latencyMs.p50).toBeLessThan(4 * idle!.latencyMs.p50);
    expect(over!.latencyMs.p50).toBeGreaterThan(4 * idle!.latencyMs.p50);
  });

  it.each([
    [0.93, 2],
    [1.27, 3],
  ])(
    'prequal at %d load has a p99 at least %d times below weighted round robin, and no error',
    async (load, times) => {
      expect((await meanP99(load, prequal)) * times).toBeLessThanOrEqual(await meanP99(load, reportedLoad));
    },
  );

  it.each([1, 2])(
    'prequal among 20 has at most 0.75 of the p99 of peak EWMA, and half of weighted round robin (seed %i)',
    async (seed) => {
      const [probing, peak, weighted] = [
        await halfRun(prequal, seed),
        await halfRun(peakEwma, seed),
        await halfRun(reportedLoad, seed),
      ];
      expect(probing.latencyMs.p99).toBeLessThanOrEqual(0.75 * peak.latencyMs.p99);
      expect(probing.latencyMs.p99).toBeLessThanOrEqual(0.5 * weighted.latencyMs.p99);
    },
  );
});
