import { EventEmitter } from 'node:events';
import { createCluster, type InvalidOptionsError, staticDiscovery } from '@evenkeel/core';
import { settle } from '@evenkeel/core/testing';
import {
  Agent,
  Client,
  errors,
  fetch,
  getGlobalDispatcher,
  request,
  setGlobalDispatcher,
  WebSocket,
} from 'undici';
import { describe, expect, test } from 'vitest';
import { balance } from './balance.ts';
import { createHttpClient } from './http-client.ts';
import type { HttpClientOptions } from './http-client-options.ts';
import { fakeCluster } from './testing/fake-cluster.ts';
import { readyClient } from './testing/ready-client.ts';
import { answering, hangingServer, httpServer, refusingAddress } from './testing/servers.ts';
import { until } from './testing/until.ts';

const get = { origin: 'http://orders', path: '/', method: 'GET' } as const;

describe('every way in', () => {
  test('its own request and fetch, undici’s with a dispatcher, a global dispatcher and compose', async () => {
    await using server = await httpServer((request, response) => void response.end(request.url));
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders } });
    expect(await (await client.request({ ...get, path: '/1' })).body.text()).toBe('/1');
    expect(await (await client.fetch('http://orders/2?x')).text()).toBe('/2?x');
    expect(await (await fetch('http://orders/3', { dispatcher: client })).text()).toBe('/3');
    expect(await (await request('http://orders/4', { dispatcher: client })).body.text()).toBe('/4');
    const before = getGlobalDispatcher();
    setGlobalDispatcher(client);
    try {
      expect(await (await fetch('http://orders/5')).text()).toBe('/5');
      expect(await (await globalThis.fetch('http://orders/6')).text()).toBe('/6');
    } finally {
      setGlobalDispatcher(before);
    }
    const composed = new Agent().compose(balance({ clusters: { orders } }));
    expect(await (await composed.request({ ...get, path: '/7' })).body.text()).toBe('/7');
    await composed.close();
    expect(orders.kinds()).toEqual(Array(7).fill('success'));
  });

  test('the built-in fetch of this Node, with a dispatcher', async () => {
    await using server = await answering(200, 'fine');
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders } });
    const response = await globalThis.fetch('http://orders/', {
      dispatcher: client,
    } as unknown as RequestInit);
    expect(await response.text()).toBe('fine');
  });

  test('a handler of undici 7, as the built-in fetch of Node 22 and 24 has it', async () => {
    await using bad = await answering(503);
    await using good = await answering(200, 'fine', { 'x-from': 'good' });
    const orders = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders } });
    const calls: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      client.dispatch(get, {
        onConnect: (abort: unknown) => void calls.push(typeof abort),
        onHeaders(status: number, headers: Buffer[]) {
          calls.push(status, headers.map(String).includes('x-from'));
          return true;
        },
        onData(chunk: Buffer) {
          calls.push(String(chunk));
          return true;
        },
        onComplete: () => resolve(),
        onError: reject,
      } as never);
    });
    expect(calls).toEqual(['function', 200, true, 'fine']);
    expect(orders.kinds()).toEqual(['failure', 'success']);
  });

  test('a WebSocket', async () => {
    const { createHash } = await import('node:crypto');
    await using server = await httpServer(() => {});
    server.server.on('upgrade', (upgrade, socket) => {
      const key = `${upgrade.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash('sha1').update(key).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
      );
      socket.write(Buffer.from([0x81, 5, ...Buffer.from('hello')]));
    });
    const orders = fakeCluster([await refusingAddress(), server.address]);
    await using client = await readyClient({ clusters: { orders } });
    const socket = new WebSocket('ws://orders/', { dispatcher: client });
    const message = await new Promise((resolve, reject) => {
      socket.addEventListener('message', ({ data }) => resolve(data));
      socket.addEventListener('error', reject);
    });
    expect([message, orders.inFlight()]).toEqual(['hello', 1]);
    for (const one of server.sockets) one.destroy();
    await until(() => orders.inFlight() === 0);
  });

  test('a real cluster, by its name', async () => {
    await using server = await answering(200, 'fine');
    let candidates: readonly unknown[] = [];
    await using cluster = createCluster({
      name: 'orders',
      discovery: staticDiscovery([server.address]),
      strategy: {
        name: 'only',
        update: (next) => {
          candidates = next;
        },
        pick: () => candidates[0] as never,
      },
    });
    await using client = createHttpClient({ clusters: [cluster] });
    expect(await (await client.fetch('http://orders/')).text()).toBe('fine');
    expect(cluster.inspect().endpoints[0]).toMatchObject({ picks: 1, successes: 1, inFlight: 0 });
  });
});

describe('which requests are balanced', () => {
  test('those whose host is a key; all others pass through untouched', async () => {
    await using endpoint = await answering(200, 'balanced');
    await using direct = await answering(200, 'direct');
    const orders = fakeCluster([endpoint.address]);
    await using client = await readyClient({ clusters: { orders, 'stock:8080': orders } });
    const ask = async (url: string): Promise<string> => (await client.fetch(url)).text();
    expect(await ask('http://orders/')).toBe('balanced');
    expect(await ask('http://ORDERS/')).toBe('balanced');
    expect(await ask('http://stock:8080/')).toBe('balanced');
    expect(await ask(`http://${direct.address}/`)).toBe('direct');
    expect(orders.picks).toHaveLength(3);
    for (const origin of [new URL('http://orders'), 'HTTP://Orders/ignored', 'http://orders:80']) {
      expect(await (await client.request({ ...get, origin })).body.text()).toBe('balanced');
    }
    await expect(ask('http://orders:81/')).rejects.toThrow();
  });

  test('the response still tells the logical URL', async () => {
    await using server = await answering(200);
    await using client = await readyClient({ clusters: { orders: fakeCluster([server.address]) } });
    expect((await client.fetch('http://orders/path')).url).toBe('http://orders/path');
  });
});

describe('closing', () => {
  test('lets open requests end, takes no new ones, and leaves clusters alone', async () => {
    const finish: (() => void)[] = [];
    await using server = await httpServer((_request, response) => {
      response.write('begin ');
      finish.push(() => void response.end('end'));
    });
    const orders = fakeCluster([server.address]);
    let closedClusters = 0;
    orders.close = async () => void closedClusters++;
    const client = await readyClient({ clusters: { orders } });
    const response = await client.request(get);
    const later = await client.request(get);
    let closed = false;
    const closing = client.close().then(() => {
      closed = true;
    });
    await expect(client.request(get)).rejects.toBeInstanceOf(errors.ClientClosedError);
    expect([client.closed, closed]).toEqual([true, false]);
    finish[0]?.();
    expect(await response.body.text()).toBe('begin end');
    await settle();
    expect(closed).toBe(false);
    finish[1]?.();
    expect(await later.body.text()).toBe('begin end');
    await closing;
    expect([client.destroyed, closedClusters]).toEqual([true, 0]);
    await client.close();
    await expect(client.request(get)).rejects.toBeInstanceOf(errors.ClientDestroyedError);
  });

  test('waits for a retry that is still to come', async () => {
    await using server = await answering(200, 'fine');
    let open = false;
    const orders = fakeCluster([server.address]);
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const { buildConnector } = await import('undici');
    const direct = buildConnector({});
    const client = await readyClient({
      clusters: { orders },
      random: () => 0.5,
      agent: { connect: (o, callback) => (open ? direct(o, callback) : callback(refused, null)) },
    });
    const answer = client.request(get);
    await until(() => orders.kinds().includes('failure'));
    open = true;
    const closing = client.close();
    expect(await (await answer).body.text()).toBe('fine');
    await closing;
  });

  test('takes callbacks as well', async () => {
    const orders = fakeCluster([]);
    const closed = await readyClient({ clusters: { orders } });
    await new Promise<void>((resolve) => closed.close(resolve));
    expect(closed.destroyed).toBe(true);
    for (const args of [[], [null], [new Error('gone')]] as const) {
      const client = await readyClient({ clusters: { orders } });
      await new Promise<void>((resolve) => client.destroy(...(args as unknown as [null]), resolve));
      expect([client.closed, client.destroyed]).toEqual([true, true]);
    }
    expect(() => closed.close('no function' as never)).toThrow(errors.InvalidArgumentError);
  });

  test('by destroy fails open requests, also those that wait', async () => {
    await using hanging = await hangingServer();
    const orders = fakeCluster([hanging.address]);
    const waiting = fakeCluster([hanging.address], { ready: false });
    const client = await readyClient({ clusters: { orders, waiting } });
    const answers = [client.request(get), client.request({ ...get, origin: 'http://waiting' })];
    await until(() => hanging.count === 1);
    const settled = Promise.allSettled(answers);
    await client.destroy(new Error('gone'));
    expect(await settled).toMatchObject([{ reason: { message: 'gone' } }, { reason: { message: 'gone' } }]);
    expect(orders.kinds()).toEqual(['cancelled']);
    await until(() => hanging.sockets.size === 0);
  });

  test('does not close a dispatcher that was passed in', async () => {
    const agent = new Agent();
    const client = await readyClient({ clusters: {}, dispatcher: agent });
    await client.close();
    expect([agent.closed, agent.listenerCount('connect')]).toEqual([false, 0]);
    await agent.close();
  });
});

test('events of the connections are forwarded, with the client as the first target', async () => {
  await using server = await answering(200);
  const orders = fakeCluster([await refusingAddress(), server.address]);
  const client = await readyClient({ clusters: { orders } });
  expect(client).toBeInstanceOf(EventEmitter);
  const seen: string[] = [];
  for (const event of ['connect', 'disconnect', 'connectionError'] as const) {
    client.on(event as 'connect', (origin, targets) => {
      expect([targets[0], targets.at(-1) instanceof Client, origin instanceof URL]).toEqual([
        client,
        true,
        true,
      ]);
      seen.push(event);
    });
  }
  await (await client.request(get)).body.dump();
  expect(Object.keys(client.stats as object)).toContain(`http://${server.address}`);
  await client.destroy();
  expect(seen.slice(0, 2)).toEqual(['connectionError', 'connect']);
});

describe('options', () => {
  const orders = fakeCluster([]);
  test.each([
    ['clusters', { clusters: 5 }],
    ['clusters.orders', { clusters: { orders: null } }],
    ['clusters.orders.cluster', { clusters: { orders: {} } }],
    ['clusters.or/ders', { clusters: { 'or/ders': orders } }],
    ['clusters[1]', { clusters: [orders, orders] }],
    ['clusters.orders.protocol', { clusters: { orders: { cluster: orders, protocol: 'ftp' } } }],
    ['clusters.orders.hostHeader', { clusters: { orders: { cluster: orders, hostHeader: 'a b' } } }],
    ['clusters.orders.servername', { clusters: { orders: { cluster: orders, servername: '' } } }],
    ['clusters.orders.dispatcher', { clusters: { orders: { cluster: orders, dispatcher: {} } } }],
    ['clusters.orders.tls', { clusters: { orders: { cluster: orders, tls: true } } }],
    ['clusters.orders.maxRequests', { clusters: { orders: { cluster: orders, maxRequests: 0 } } }],
    [
      'clusters.orders.retry.maxRetries',
      { clusters: { orders: { cluster: orders, retry: { maxRetries: -1 } } } },
    ],
    ['retry.methods', { clusters: {}, retry: { methods: 'GET' } }],
    ['retry.statusCodes', { clusters: {}, retry: { statusCodes: [103] } }],
    ['retry.budget', { clusters: {}, retry: { budget: {} } }],
    ['retry.backoffMaxMs', { clusters: {}, retry: { backoffBaseMs: 50, backoffMaxMs: 10 } }],
    ['hedge.percentile', { clusters: {}, hedge: { percentile: 95 } }],
    ['perTryTimeoutMs', { clusters: {}, perTryTimeoutMs: -1 }],
    ['overallTimeoutMs', { clusters: {}, overallTimeoutMs: Number.NaN }],
    ['deadlineHeader', { clusters: {}, deadlineHeader: 'not a name' }],
    ['hashKey', { clusters: {}, hashKey: 'header' }],
    ['isFailure', { clusters: {}, isFailure: 500 }],
    ['loadReports', { clusters: {}, loadReports: 'yes' }],
    ['readyTimeoutMs', { clusters: {}, readyTimeoutMs: -1 }],
    ['connectTimeoutMs', { clusters: {}, connectTimeoutMs: 'soon' }],
    ['agent', { clusters: {}, agent: {}, dispatcher: new Agent() }],
    ['dispatcher', { clusters: {}, dispatcher: {} }],
  ])('%s is checked', (field, options) => {
    expect(() => createHttpClient(options as unknown as HttpClientOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_EVENKEEL_INVALID_OPTIONS', field }) as InvalidOptionsError,
    );
  });

  test('of one request are checked too, and fail that request', async () => {
    await using client = await readyClient({ clusters: { orders } });
    const answer = client.fetch('http://orders/', { evenkeel: { perTryTimeoutMs: -1 } });
    await expect(answer).rejects.toMatchObject({ cause: { field: 'evenkeel.perTryTimeoutMs' } });
    const wrong = { retry: { maxRetries: 0.5 }, hedge: { maxHedges: 0 } };
    for (const [field, value] of Object.entries(wrong)) {
      await expect(client.fetch('http://orders/', { evenkeel: { [field]: value } })).rejects.toMatchObject({
        cause: { code: 'ERR_EVENKEEL_INVALID_OPTIONS' },
      });
    }
  });

  test('of a cluster go before those of the client', async () => {
    await using bad = await answering(503, 'busy');
    await using good = await answering(200, 'fine');
    const addresses = [bad.address, good.address];
    await using client = await readyClient({
      clusters: { plain: fakeCluster(addresses), saved: { cluster: fakeCluster(addresses), retry: {} } },
      retry: false,
    });
    expect(await (await client.fetch('http://plain/')).text()).toBe('busy');
    expect(await (await client.fetch('http://saved/')).text()).toBe('fine');
  });
});

test('a handler that cannot be told of an error is refused at once', async () => {
  await using client = await readyClient({ clusters: { orders: fakeCluster([]) } });
  expect(() => client.dispatch(get, {})).toThrow(errors.InvalidArgumentError);
  expect(() => client.dispatch(get, null as never)).toThrow(errors.InvalidArgumentError);
});
