import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { retryBudget } from '@evenkeel/core';
import { manualClock } from '@evenkeel/core/testing';
import { expect, test } from 'vitest';
import { fakeCluster } from './testing/fake-cluster.ts';
import { readyClient } from './testing/ready-client.ts';
import { answering, refusingAddress } from './testing/servers.ts';

const get = { origin: 'http://orders', path: '/', method: 'GET' } as const;

function collect(channel: string): { readonly events: unknown[] } & Disposable {
  const events: unknown[] = [];
  const listener = (event: unknown): void => void events.push(event);
  subscribe(channel, listener);
  return { events, [Symbol.dispose]: () => void unsubscribe(channel, listener) };
}

test('attempts and retries are published, with plain copies that may be kept', async () => {
  using attempts = collect('evenkeel:http:attempt');
  using retries = collect('evenkeel:http:retry');
  await using busy = await answering(503, 'busy');
  await using good = await answering(200, 'fine');
  const refusing = await refusingAddress();
  const orders = fakeCluster([refusing, busy.address, good.address]);
  const clock = manualClock();
  await using client = await readyClient({ clusters: { orders }, clock, retry: { maxRetries: 1 } });
  await (await client.request(get)).body.dump();
  expect(attempts.events).toEqual([
    expect.objectContaining({
      attempt: 0,
      outcome: expect.objectContaining({ kind: 'failure' }),
      durationMs: 0,
    }),
    expect.objectContaining({ attempt: 1, outcome: { kind: 'failure', statusCode: 503 }, hedge: false }),
  ]);
  expect(retries.events).toMatchObject([
    { cluster: 'orders', failed: { attempt: 0, endpoint: { id: refusing } }, delayMs: 0, withinBudget: true },
  ]);
});

test('a retry that the budget forbids is published as such', async () => {
  using retries = collect('evenkeel:http:retry');
  await using busy = await answering(503, 'busy');
  const budget = retryBudget({ ratio: 0, minPerSecond: 0 });
  await using client = await readyClient({
    clusters: { orders: fakeCluster([busy.address]) },
    retry: { budget },
  });
  await (await client.request(get)).body.dump();
  expect(retries.events).toMatchObject([{ reason: 503, withinBudget: false }]);
});
