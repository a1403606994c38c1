import { type Cluster, createCluster, seededRandom, staticDiscovery } from '@evenkeel/core';
import { roundRobin } from '@evenkeel/strategies';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpClient } from './http-client.ts';
import type { HttpClientOptions } from './http-client-options.ts';
import {
  answering,
  hangingServer,
  httpServer,
  refusingAddress,
  resettingServer,
  type TestServer,
} from './testing/servers.ts';

const REQUESTS = 1_000;
const CONCURRENCY = 10;
/** Ends what hangs, and is far above what a busy machine makes of a good answer. */
const TRY_MS = 500;

/** The other two of three endpoints. */
let good: TestServer[];
beforeAll(async () => {
  good = await Promise.all([answering(200, 'fine'), answering(200, 'fine')]);
});
afterAll(async () => {
  for (const server of good) await server[Symbol.asyncDispose]();
});

const faults: Record<string, () => Promise<{ readonly address: string } & Partial<AsyncDisposable>>> = {
  'refuses connections': async () => ({ address: await refusingAddress() }),
  'answers 500': () => answering(500, 'broken'),
  'resets each request': () => resettingServer(),
  'never answers': () => hangingServer(),
  'is ten times slower': () =>
    httpServer((_request, response) => {
      const timer = setTimeout(() => response.end('slow'), 20);
      response.on('close', () => clearTimeout(timer));
    }),
};

describe.each(Object.entries(faults))('one endpoint of three %s', (_name, start) => {
  test('with retries at least 99.9 % of the requests succeed, and nothing stays in flight', async () => {
    const { succeeded, cluster } = await run(start, { perTryTimeoutMs: TRY_MS });
    expect(succeeded / REQUESTS).toBeGreaterThanOrEqual(0.999);
    expect(cluster.inspect().endpoints.map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
  });

  test('without retries at least 99 % of those after the first hundred succeed', async () => {
    const { lateSuccesses } = await run(start, { perTryTimeoutMs: TRY_MS, retry: false });
    expect(lateSuccesses / (REQUESTS - 100)).toBeGreaterThanOrEqual(0.99);
  });
});

async function run(
  start: () => Promise<{ readonly address: string } & Partial<AsyncDisposable>>,
  options: Omit<HttpClientOptions, 'clusters'>,
): Promise<{ succeeded: number; lateSuccesses: number; cluster: Cluster }> {
  const bad = await start();
  const cluster = createCluster({
    name: 'orders',
    discovery: staticDiscovery([bad.address, ...good.map(({ address }) => address)]),
    strategy: roundRobin({ random: seededRandom(1) }),
    random: seededRandom(2),
  });
  const client = createHttpClient({ clusters: { orders: cluster }, random: seededRandom(3), ...options });
  let sent = 0;
  let succeeded = 0;
  let lateSuccesses = 0;
  const work = async (): Promise<void> => {
    while (sent < REQUESTS) {
      const late = sent++ >= 100;
      try {
        const response = await client.request({ origin: 'http://orders', path: '/', method: 'GET' });
        await response.body.dump();
        if (response.statusCode !== 200) continue;
        succeeded += 1;
        if (late) lateSuccesses += 1;
      } catch {
        // A failed request is one that was not counted.
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  await client.close();
  await cluster.close();
  await bad[Symbol.asyncDispose]?.();
  return { succeeded, lateSuccesses, cluster };
}
