import { leastRequest, peakEwma } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import type { ClientSettings } from '../client/client-model.ts';
import type { Report } from '../report/report.ts';
import { simulate } from '../simulate.ts';
import { outage } from './outage.ts';
import type { Trial } from './scenario-template.ts';

const BACK_MS = 40_000;
/** One interval of the probes (1 s for an ejected endpoint, or of an unhealthy one's check), and the time they take. */
const PROBE_MS = 1_500;

const clients: Readonly<Record<string, ClientSettings>> = {
  defaults: {},
  'no retries': { retry: false },
  'health checks': { healthCheck: {} },
  'health checks, no retries': { healthCheck: {}, retry: false },
  'no retries, no outlier detection': { retry: false, outlierDetection: false },
};
const cases = Object.entries(clients).flatMap(([name, client]) =>
  [2, 3, 5, 10, 50].map((endpoints) => [name, endpoints, client] as const),
);

function run(trial: Partial<Trial>): Promise<Report> {
  return simulate(outage.make({ strategy: peakEwma, ...trial }));
}

function failedFrom({ steps }: Report, fromMs: number): number {
  return steps.filter(({ atMs }) => atMs >= fromMs).reduce((sum, { failed }) => sum + failed, 0);
}

describe('all endpoints down, then one back', () => {
  it('nothing can succeed meanwhile', async () => {
    const { steps } = await run({});
    for (const { atMs, requests, failed } of steps) {
      if (atMs >= 10_500 && atMs < BACK_MS - 1_000) expect(failed).toBe(requests);
      if (atMs < 9_500) expect(failed).toBe(0);
    }
  });

  it.each(cases)('%s: requests are on it within a probe interval, among %i', async (_, endpoints, client) => {
    for (const [strategy, seed] of [
      [peakEwma, 1],
      [leastRequest, 2],
    ] as const) {
      const report = await run({ strategy, endpoints, client, seed });
      const [first] = report.endpoints;
      const later = report.steps.flatMap(({ atMs, requests }, step) =>
        atMs < BACK_MS + PROBE_MS ? [] : [{ requests, onIt: first?.attemptsByStep[step] ?? 0 }],
      );
      for (const { onIt } of later) expect(onIt).toBeGreaterThan(0);
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      expect(sum(later.map(({ onIt }) => onIt))).toBeGreaterThan(
        0.9 * sum(later.map(({ requests }) => requests)),
      );
      // Then only the tries of those that stay down fail, each after a pause: one in 5 s, on average over their growth.
      const seconds = (report.durationMs - BACK_MS - PROBE_MS) / 1_000;
      expect(failedFrom(report, BACK_MS + PROBE_MS)).toBeLessThanOrEqual(((endpoints - 1) * seconds) / 5);
    }
  });

  it.each([2, 3])('not one request fails after that with retries, among %i', async (endpoints) => {
    for (const client of [{}, { healthCheck: {} }]) {
      for (const seed of [1, 2, 3]) {
        expect(failedFrom(await run({ endpoints, client, seed }), BACK_MS)).toBe(0);
      }
    }
  });
});
