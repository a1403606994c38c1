import { peakEwma, roundRobin } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import type { Report } from '../report/report.ts';
import { simulate } from '../simulate.ts';
import { rareSlowness } from './rare-slowness.ts';
import type { Trial } from './scenario-template.ts';

function run(trial: Partial<Trial>): Promise<Report> {
  return simulate(rareSlowness.make({ strategy: peakEwma, ...trial }));
}

describe('one answer in a hundred that takes 1 to 2 s', () => {
  it('makes the 99.9th percentile about 1,800 ms, as published, and the 95th stays at a few', async () => {
    const { latencyMs } = await run({ client: { hedge: false } });
    expect(latencyMs.p999).toBeGreaterThan(1_700);
    expect(latencyMs.p999).toBeLessThan(2_000);
    expect(latencyMs.p95).toBeLessThan(10);
  });

  it('hedges after 10 ms cut it to less than 74 ms for 2 % more requests, as published', async () => {
    const { latencyMs, attempts } = await run({ client: { hedge: { delayMs: 10 } } });
    expect(latencyMs.p999).toBeLessThan(74);
    expect(Math.abs(attempts.extraRatio - 0.02)).toBeLessThanOrEqual(0.01);
  });

  it.each([2, 3, 5, 10, 50].flatMap((endpoints) => [1, 2].map((seed) => [endpoints, seed] as const)))(
    'default hedges cut it to a tenth for at most 5 % more requests, among %i (seed %i)',
    async (endpoints, seed) => {
      const without = await run({ endpoints, seed, client: { hedge: false } });
      const { latencyMs, attempts, requests } = await run({ endpoints, seed });
      expect(without.latencyMs.p999 / latencyMs.p999).toBeGreaterThanOrEqual(10);
      expect(attempts.extraRatio).toBeLessThanOrEqual(0.05);
      expect(requests.successRatio).toBe(1);
    },
  );

  it('default hedges do as much for round robin', async () => {
    const { latencyMs, attempts } = await run({ strategy: roundRobin });
    expect(latencyMs.p999).toBeLessThanOrEqual(180);
    expect(attempts.extraRatio).toBeLessThanOrEqual(0.05);
  });
});
