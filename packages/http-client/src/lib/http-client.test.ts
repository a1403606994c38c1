import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { createCluster, type InvalidOptionsError, isEvenkeelError, staticDiscovery } from '@evenkeel/core';
import { settle } from '@evenkeel/core/testing';
import {
  Agent,
  Client,
  type Dispatcher,
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
import type { BalanceOptions, HttpClientOptions } from './http-client-options.ts';
import type { RequestSettings, WithRequestSettings } from './request-policy.ts';
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

test('settings of one request go with each of its own methods', async () => {
  await using server = await answering(200, 'fine');
  const orders = fakeCluster([server.address]);
  await using client = await readyClient({ clusters: { orders } });
  const sink = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });
  const evenkeel = (hashKey: string): RequestSettings => ({ hashKey, retry: false });
  await (await client.request({ ...get, evenkeel: evenkeel('request') })).body.dump();
  await new Promise<void>((resolve, reject) => {
    client.request({ ...get, evenkeel: evenkeel('callback') }, (error, data) => {
      if (error) reject(error);
      else data.body.dump().then(resolve, reject);
    });
  });
  await client.stream({ ...get, evenkeel: evenkeel('stream') }, sink);
  const piped = client.pipeline({ ...get, evenkeel: evenkeel('pipeline') }, ({ body }) => body);
  await piped.end().resume().toArray();
  const options: Dispatcher.RequestOptions & WithRequestSettings = { ...get, evenkeel: evenkeel('composed') };
  const composed = new Agent().compose(balance({ clusters: { orders } }));
  await (await composed.request(options)).body.dump();
  await composed.close();
  const bare = { dispatcher: client, evenkeel: evenkeel('undici') };
  await (await request('http://orders/', bare)).body.dump();
  await (await client.fetch('http://orders/', { evenkeel: evenkeel('fetch') })).text();
  await expect(client.upgrade({ ...get, evenkeel: evenkeel('upgrade') })).rejects.toThrow();
  await expect(client.connect({ ...get, evenkeel: evenkeel('connect') })).rejects.toThrow();
  expect(orders.picks.map((pick) => pick.context?.hashKey)).toEqual([
    'request',
    'callback',
    'stream',
    'pipeline',
    'composed',
    'undici',
    'fetch',
    'upgrade',
    'connect',
  ]);
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
  const isClosed = (error: unknown): boolean => isEvenkeelError(error, 'ERR_EVENKEEL_CLOSED');

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
    await expect(client.request(get)).rejects.toSatisfy(isClosed);
    await expect(client.request(get)).rejects.toMatchObject({ cause: { code: 'UND_ERR_CLOSED' } });
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
    await expect(client.request(get)).rejects.toSatisfy(isClosed);
    await expect(client.request(get)).rejects.toMatchObject({ cause: { code: 'UND_ERR_DESTROYED' } });
    for (const url of ['http://orders/', `http://${server.address}/`]) {
      await expect(client.fetch(url)).rejects.toMatchObject({ cause: { code: 'ERR_EVENKEEL_CLOSED' } });
    }
  });

  test('of a client that another one sends through is nobody’s failure', async () => {
    await using server = await answering(200);
    const orders = fakeCluster([server.address]);
    const inner = await readyClient({ clusters: {} });
    await inner.close();
    await using outer = await readyClient({ clusters: { orders }, dispatcher: inner });
    await expect(outer.request(get)).rejects.toSatisfy(isClosed);
    expect(orders.kinds()).toEqual(['cancelled']);
  });

  test('by destroy without a reason says that the client is closed', async () => {
    await using hanging = await hangingServer();
    const client = await readyClient({ clusters: { orders: fakeCluster([hanging.address]) } });
    const answers = [client.request(get), client.request({ ...get, origin: `http://${hanging.address}` })];
    await until(() => hanging.count === 2);
    const settled = Promise.allSettled(answers);
    await client.destroy();
    for (const answer of await settled) expect(answer).toSatisfy(({ reason }) => isClosed(reason));
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
    ['clusters.orders.tls', { clusters: { orders: { cluster: orders, tls: 5 } } }],
    ['clusters.orders.retries', { clusters: { orders: { cluster: orders, retries: 1 } } }],
    ['clusters.orders.hedge', { clusters: { orders: { cluster: orders, hedge: true } } }],
    ['options', undefined],
    ['perTryTimeout', { clusters: {}, perTryTimeout: 500 }],
    ['constructor', { clusters: {}, constructor: 500 }],
    ['retry', { clusters: {}, retry: 3 }],
    ['retry', { clusters: {}, retry: true }],
    ['retry', { clusters: {}, retry: null }],
    ['retry', { clusters: {}, retry: [] }],
    ['retry.retries', { clusters: {}, retry: { retries: 3 } }],
    ['hedge', { clusters: {}, hedge: true }],
    ['hedge.delay', { clusters: {}, hedge: { delay: 5 } }],
    ['observer', { clusters: {}, observer: () => {} }],
    ['agent', { clusters: {}, agent: 5 }],
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
    ['deadlineHeader', { clusters: {}, deadlineHeader: 'Content-Length' }],
    ['deadlineHeader', { clusters: {}, deadlineHeader: 'x-forwarded-for' }],
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
    const wrong: [field: string, settings: unknown][] = [
      ['evenkeel', 5],
      ['evenkeel', null],
      ['evenkeel.hashkey', { hashkey: 'a' }],
      ['evenkeel.hashKey', { hashKey: 7 }],
      ['evenkeel.observer', { observer: () => {} }],
      ['evenkeel.retry', { retry: 3 }],
      ['evenkeel.retry', { retry: true }],
      ['evenkeel.retry.maxRetries', { retry: { maxRetries: 0.5 } }],
      ['evenkeel.hedge', { hedge: true }],
      ['evenkeel.hedge.maxHedges', { hedge: { maxHedges: 0 } }],
    ];
    for (const [field, evenkeel] of wrong) {
      const options = { ...get, evenkeel: evenkeel as RequestSettings };
      await expect(client.request(options)).rejects.toMatchObject({ field });
    }
    expect(orders.picks).toEqual([]);
  });

  test('that do not exist are told with what there is', () => {
    const typo = { clusters: [], perTryTimeout: 500, retry: { retries: 3 } } as HttpClientOptions;
    expect(() => createHttpClient(typo)).toThrow(
      /^perTryTimeout: got 500, expected no such option: did you mean "perTryTimeoutMs"\? .*hashKey/,
    );
    expect(() => balance(typo)).toThrow(/did you mean "perTryTimeoutMs"/);
    const tls = { clusters: { orders: { cluster: orders, tls: {} } } } as BalanceOptions;
    expect(() => balance(tls)).toThrow(/^clusters\.orders\.tls: /);
  });

  test('a hash key that is no string fails the request; null is none', async () => {
    await using server = await answering(200, 'fine');
    const hashed = fakeCluster([server.address]);
    let key: unknown = 7;
    await using client = await readyClient({
      clusters: { orders: hashed },
      hashKey: () => key as string | undefined,
    });
    await expect(client.request(get)).rejects.toMatchObject({
      code: 'ERR_EVENKEEL_INVALID_OPTIONS',
      field: 'hashKey',
    });
    key = null;
    await (await client.request(get)).body.dump();
    expect(hashed.picks.map((pick) => pick.context?.hashKey)).toEqual([undefined]);
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
