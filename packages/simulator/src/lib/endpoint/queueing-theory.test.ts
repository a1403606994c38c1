import { random as randomStrategy } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import { constant, exponential, mixture } from '../distributions.ts';
import { simulate } from '../simulate.ts';
import type { EndpointModel } from './endpoint-model.ts';

/** One endpoint, asked at random times: what queueing theory has formulas for. */
async function meanLatencyMs(
  endpoint: EndpointModel,
  requestsPerSecond: number,
  seed: number,
): Promise<number> {
  const { latencyMs, requests } = await simulate({
    name: 'queue',
    strategy: randomStrategy,
    seed,
    durationMs: (200_000 / requestsPerSecond) * 1_000,
    warmUpMs: 10_000,
    drainMs: 1e9,
    endpoints: [endpoint],
    clients: { traffic: { requestsPerSecond }, retry: false, outlierDetection: false },
  });
  expect(requests.unfinished).toBe(0);
  return latencyMs.mean;
}

/** Erlang's C formula: the probability that a request has to wait. */
function erlangC(servers: number, load: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < servers; k++) {
    term *= load / k;
    sum += term;
  }
  const last = (term * load) / servers / (1 - load / servers);
  return last / (sum + last);
}

describe('endpoints wait and serve as queueing theory says, within 4 %', () => {
  const WORK_MS = 10;

  it.each([0.3, 0.6, 0.8])('M/M/1: mean = service ÷ (1 − load), at load %d', async (load) => {
    const mean = await meanLatencyMs({ service: exponential(WORK_MS), concurrency: 1 }, load * 100, 1);
    expect(Math.abs(mean / (WORK_MS / (1 - load)) - 1)).toBeLessThanOrEqual(0.04);
  });

  it.each([0.5, 0.8])(
    'M/D/1: half the waiting of M/M/1 (Pollaczek and Khinchine), at load %d',
    async (load) => {
      const mean = await meanLatencyMs({ service: constant(WORK_MS), concurrency: 1 }, load * 100, 2);
      const expected = WORK_MS + (load * WORK_MS) / (2 * (1 - load));
      expect(Math.abs(mean / expected - 1)).toBeLessThanOrEqual(0.04);
    },
  );

  it.each([2, 8])('M/M/%d: Erlang C, at load 0.8', async (servers) => {
    const load = 0.8 * servers;
    const endpoint = { service: exponential(WORK_MS), concurrency: servers };
    const mean = await meanLatencyMs(endpoint, load * 100, 3);
    const expected = WORK_MS + (erlangC(servers, load) * WORK_MS) / (servers - load);
    expect(Math.abs(mean / expected - 1)).toBeLessThanOrEqual(0.04);
  });

  it.each<[string, EndpointModel['service']]>([
    ['constant', constant(WORK_MS)],
    ['exponential', exponential(WORK_MS)],
    [
      'of two sizes',
      mixture([
        [0.9, 5],
        [0.1, 55],
      ]),
    ],
  ])('processor sharing is blind to the kind of work (M/G/1-PS): %s', async (_name, service) => {
    const load = 0.7;
    const mean = await meanLatencyMs({ service, cores: 1 }, load * 100, 4);
    expect(Math.abs(mean / (WORK_MS / (1 - load)) - 1)).toBeLessThanOrEqual(0.04);
  });

  it('sharing among more CPUs than requests is no sharing', async () => {
    const mean = await meanLatencyMs({ service: constant(WORK_MS), cores: 1_000 }, 100, 5);
    expect(mean).toBeCloseTo(WORK_MS, 6);
  });
});
