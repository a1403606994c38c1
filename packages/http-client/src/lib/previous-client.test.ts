import type { ServerResponse } from 'node:http';
import { isEvenkeelError, retryBudget } from '@evenkeel/core';
import { expect, test } from 'vitest';
import { createHttpClient } from './http-client.ts';
import { fakeCluster } from './testing/fake-cluster.ts';
import { readyClient } from './testing/ready-client.ts';
import { answering, httpServer } from './testing/servers.ts';
import { until } from './testing/until.ts';

/** An agent makes one connection to an endpoint: more of them are those of more agents. */
const agent = { connections: 1 };
const get = { origin: 'http://orders', path: '/', method: 'GET' } as const;

test('the connections go on, until the last client that shares them is closed', async () => {
  await using server = await answering(200, 'fine');
  const orders = fakeCluster([server.address]);
  const clients = [await readyClient({ clusters: { orders }, agent })];
  for (let round = 0; round < 5; round++) {
    const previous = clients.at(-1)!;
    clients.push(await readyClient({ clusters: { orders }, agent, previous }));
    await (await previous.request(get)).body.dump();
    await previous.close();
    await previous.close();
    await previous.destroy();
    await (await clients.at(-1)!.request(get)).body.dump();
  }
  expect(server.sockets.size).toBe(1);
  await clients.at(-1)!.close();
  await until(() => server.sockets.size === 0);
});

test('other options of connections are other connections', async () => {
  await using server = await answering(200, 'fine');
  const orders = fakeCluster([server.address]);
  await using previous = await readyClient({ clusters: { orders }, agent });
  await using same = await readyClient({ clusters: { orders }, agent: { ...agent }, previous });
  await using other = await readyClient({
    clusters: { orders },
    agent: { ...agent, keepAliveTimeout: 20_000 },
    previous,
  });
  for (const client of [previous, same, other]) await (await client.request(get)).body.dump();
  expect(server.sockets.size).toBe(2);
});

test('requests that are open go on, and are broken off by destroy, without harm to those of the next client', async () => {
  const open: ServerResponse[] = [];
  await using server = await httpServer((_request, response) => {
    response.write('begin ');
    open.push(response);
  });
  const orders = fakeCluster([server.address]);
  const previous = await readyClient({ clusters: { orders } });
  const kept = await previous.request(get);
  const lost = await previous.request(get);
  await using next = await readyClient({ clusters: { orders }, previous });
  const own = await next.request(get);
  const closing = previous.close();
  open[0]?.end('end');
  expect(await kept.body.text()).toBe('begin end');
  await previous.destroy();
  await closing;
  await expect(lost.body.text()).rejects.toSatisfy((error) => isEvenkeelError(error, 'ERR_EVENKEEL_CLOSED'));
  open[2]?.end('end');
  expect(await own.body.text()).toBe('begin end');
});

test('counts of open requests go on where the cluster is the same', async () => {
  const open: ServerResponse[] = [];
  await using server = await httpServer((_request, response) => void open.push(response));
  const orders = { cluster: fakeCluster([server.address]), maxRequests: 1 };
  await using previous = await readyClient({ clusters: { orders } });
  const first = previous.request(get);
  await until(() => open.length === 1);
  await using next = await readyClient({ clusters: { orders: { ...orders } }, previous });
  const full = { code: 'ERR_EVENKEEL_OVERLOADED' };
  await expect(next.request(get)).rejects.toMatchObject(full);
  const another = { ...orders, cluster: fakeCluster([server.address]) };
  await using elsewhere = await readyClient({ clusters: { orders: another }, previous: next });
  const second = elsewhere.request(get);
  await until(() => open.length === 2);
  for (const response of open) response.end('fine');
  for (const answer of [first, second]) await (await answer).body.dump();
  open.length = 0;
  const third = next.request(get);
  await until(() => open.length === 1);
  open[0]?.end('fine');
  await (await third).body.dump();
});

test('a retry budget that is spent stays so', async () => {
  await using server = await answering(503);
  const orders = fakeCluster([server.address]);
  const retry = { backoffBaseMs: 1, maxRetries: 1 } as const;
  await using previous = await readyClient({ clusters: { orders }, retry });
  const spend = async (client: typeof previous, times: number): Promise<number> => {
    const before = server.count;
    for (let i = 0; i < times; i++) await (await client.request(get)).body.dump();
    return server.count - before - times;
  };
  expect(await spend(previous, 200)).toBeLessThan(200);
  await using next = await readyClient({ clusters: { orders }, retry, previous });
  expect(await spend(next, 20)).toBeLessThan(20);
  await using own = await readyClient({
    clusters: { orders },
    retry: { ...retry, budget: retryBudget({ minPerSecond: 1_000 }) },
    previous: next,
  });
  expect(await spend(own, 20)).toBe(20);
});

test('a client that cannot be made leaves the connections of the other alone', async () => {
  await using server = await answering(200, 'fine');
  const orders = fakeCluster([server.address]);
  const previous = await readyClient({ clusters: { orders }, agent });
  await (await previous.request(get)).body.dump();
  const bad = { cluster: orders, hostHeader: '?' };
  expect(() => createHttpClient({ clusters: { orders: bad }, agent, previous })).toThrow(
    'clusters.orders.hostHeader',
  );
  expect(() => createHttpClient({ clusters: {}, previous: {} as never })).toThrow('previous');
  await (await previous.request(get)).body.dump();
  expect(server.sockets.size).toBe(1);
  await previous.close();
  await until(() => server.sockets.size === 0);
});
