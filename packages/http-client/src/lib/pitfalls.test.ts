import { AsyncLocalStorage } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { settle } from '@evenkeel/core/testing';
import {
  Agent,
  buildConnector,
  type Dispatcher,
  FormData,
  fetch,
  interceptors,
  MockAgent,
  type RequestInit,
} from 'undici';
import { describe, expect, test } from 'vitest';
import { balance } from './balance.ts';
import { createHttpClient } from './http-client.ts';
import { type FakeCluster, fakeCluster } from './testing/fake-cluster.ts';
import { readyClient } from './testing/ready-client.ts';
import { answering, httpServer, rawServer, refusingAddress } from './testing/servers.ts';
import { TEST_CERT, TEST_KEY } from './testing/tls-fixture.ts';
import { until } from './testing/until.ts';

const get = { origin: 'http://orders', path: '/', method: 'GET' } as const;

describe('interceptor arity', () => {
  test('the interceptor takes exactly two arguments, as compose demands', () => {
    const dispatch = balance({ clusters: { orders: fakeCluster([]) } })(() => true);
    expect(dispatch).toHaveLength(2);
    expect(() => new Agent().compose(balance({ clusters: {} }))).not.toThrow();
  });
});

describe('compose wraps in a Proxy', () => {
  test('a composed client still answers, closes and tells its state', async () => {
    await using server = await answering(200, 'fine');
    const client = createHttpClient({ clusters: { orders: fakeCluster([server.address]) } });
    const composed = client.compose(interceptors.deduplicate()) as typeof client;
    expect(await (await composed.request(get)).body.text()).toBe('fine');
    expect([composed.closed, typeof composed.stats]).toEqual([false, 'object']);
    await composed.close();
    expect([client.closed, client.destroyed]).toEqual([true, true]);
  });
});

describe('refused connection', () => {
  test('onRequestStart does not fire inside, yet the pick is done and the caller has a controller', async () => {
    const orders = fakeCluster([await refusingAddress()]);
    await using client = await readyClient({ clusters: { orders }, retry: false });
    let started = 0;
    const [controller, error] = await new Promise<unknown[]>((resolve) => {
      client.dispatch(get, {
        onRequestStart: () => void started++,
        onResponseError: (...args) => resolve(args),
      });
    });
    expect(started).toBe(1);
    expect(controller).toMatchObject({ cluster: 'orders', attempts: 1, aborted: false });
    expect(error).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    expect(orders.kinds()).toEqual(['failure']);
  });
});

describe('a retry has a new controller', () => {
  test('the caller keeps one, which pauses and resumes whatever attempt answers', async () => {
    await using bad = await answering(503);
    await using good = await httpServer((_request, response) => {
      response.write('one');
      setImmediate(() => response.end('two'));
    });
    const orders = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders } });
    const seen = new Set<unknown>();
    let whilePaused: string | undefined;
    const text = await new Promise<string>((resolve, reject) => {
      let body = '';
      client.dispatch(get, {
        onRequestStart(controller) {
          seen.add(controller);
          controller.pause();
        },
        onResponseStart(controller) {
          seen.add(controller);
          setImmediate(() => {
            whilePaused = body;
            controller.resume();
          });
        },
        onResponseData(controller, chunk) {
          seen.add(controller);
          body += String(chunk);
        },
        onResponseEnd: () => resolve(body),
        onResponseError: (_controller, error) => reject(error),
      });
    });
    expect([whilePaused, text, seen.size]).toEqual(['', 'onetwo', 1]);
  });

  test('its raw headers are those of the answer', async () => {
    await using bad = await answering(503, '', { 'x-from': 'bad' });
    await using good = await answering(200, '', { 'X-From': 'Good' });
    await using client = await readyClient({
      clusters: { orders: fakeCluster([bad.address, good.address]) },
    });
    const raw = await new Promise<string[]>((resolve, reject) => {
      client.dispatch(get, {
        onResponseStart: (controller) => resolve((controller.rawHeaders as Buffer[]).map(String)),
        onResponseError: (_controller, error) => reject(error),
      });
    });
    expect(raw).toContain('X-From');
    expect(raw).toContain('Good');
  });
});

describe('async pick', () => {
  test('dispatch returns true and never throws once it has returned', async () => {
    const orders = fakeCluster([], { ready: false });
    await using client = await readyClient({ clusters: { orders } });
    let error: unknown;
    const onResponseError = (_controller: unknown, reason: unknown): void => {
      error = reason;
    };
    expect(client.dispatch(get, { onResponseError })).toBe(true);
    orders.becomeReady();
    await settle();
    expect(error).toMatchObject({ code: 'ERR_EVENKEEL_NO_ENDPOINTS' });
  });

  test('the caller’s async context survives the wait', async () => {
    await using server = await answering(200);
    const orders = fakeCluster([server.address], { ready: false });
    await using client = await readyClient({ clusters: { orders } });
    const storage = new AsyncLocalStorage<string>();
    const seen = new Promise((resolve) => {
      const { pick } = orders;
      orders.pick = (context) => {
        resolve(storage.getStore());
        return pick.call(orders, context);
      };
    });
    const answer = storage.run('of the caller', () => client.request(get));
    orders.becomeReady();
    expect(await seen).toBe('of the caller');
    await (await answer).body.dump();
  });

  test('a script that waits for nothing but a retry does not end before it', async () => {
    const script = `
      import { createHttpClient } from ${JSON.stringify(new URL('./http-client.ts', import.meta.url).href)};
      import { fakeCluster } from ${JSON.stringify(new URL('./testing/fake-cluster.ts', import.meta.url).href)};
      const orders = fakeCluster([${JSON.stringify(await refusingAddress())}]);
      const client = createHttpClient({ clusters: { orders } });
      await client.fetch('http://orders/').catch(({ cause }) => console.log(cause.code));
      await client.close();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    expect(stdout.trim()).toBe('ERR_EVENKEEL_UPSTREAM');
  });
});

describe('FormData', () => {
  test('of undici is sent, and sent again', async () => {
    await using bad = await answering(503);
    await using good = await httpServer((request, response) => void request.pipe(response));
    await using client = await readyClient({
      clusters: { orders: fakeCluster([bad.address, good.address]) },
    });
    const body = new FormData();
    body.set('field', 'value of the field');
    const response = await client.request({ ...get, method: 'PUT', body } as never);
    expect(await response.body.text()).toContain('value of the field');
  });
});

describe('origin, Host and SNI', () => {
  async function hosts(route: object, options: Partial<Dispatcher.RequestOptions> = {}): Promise<unknown> {
    await using server = await httpServer((request, response) => void response.end(request.headers.host));
    const cluster = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders: { cluster, ...route } } });
    const host = await (await client.request({ ...get, ...options })).body.text();
    return host === server.address ? 'endpoint' : host;
  }

  test('the Host header is the endpoint’s own, unless the caller set one or the route says otherwise', async () => {
    expect(await hosts({})).toBe('endpoint');
    expect(await hosts({}, { headers: { Host: 'set.test' } })).toBe('set.test');
    expect(await hosts({ hostHeader: 'preserve' })).toBe('orders');
    expect(await hosts({ hostHeader: 'preserve' }, { headers: ['HOST', 'set.test'] })).toBe('set.test');
    expect(await hosts({ hostHeader: 'fixed.test' })).toBe('fixed.test');
    expect(
      await hosts({ hostHeader: 'fixed.test' }, { headers: [['host', 'set.test']].values() as never }),
    ).toBe('fixed.test');
  });

  test('alternating Host headers share one TLS connection: the SNI does not follow them', async () => {
    await using server = await tlsServer();
    const cluster = fakeCluster([server.address]);
    await using client = await readyClient({
      clusters: { 'orders.test': { cluster, protocol: 'https', tls: { ca: TEST_CERT } } },
      agent: { allowH2: false, connections: 1 },
    });
    for (const host of ['a.test', 'b.test', 'a.test', 'b.test']) {
      const response = await client.request({ ...get, origin: 'http://orders.test', headers: { host } });
      expect(await response.body.text()).toBe(host);
    }
    expect(server.names).toEqual(['orders.test']);
  });

  test('the certificate is checked against the name', async () => {
    await using server = await tlsServer();
    const cluster = fakeCluster([server.address]);
    const fetchWith = async (route: object): Promise<string> => {
      const route2 = { cluster, tls: { ca: TEST_CERT }, ...route };
      await using client = await readyClient({ clusters: { orders: route2 }, retry: false });
      return await client.fetch('https://orders/').then(
        (response) => response.text(),
        ({ cause }) => cause.cause.code as string,
      );
    };
    expect(await fetchWith({})).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await fetchWith({ servername: 'other.test' })).toBe(server.address);
    expect(await fetchWith({ servername: 'other.test', tls: {} })).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(await fetchWith({ servername: 'wrong.test', tls: { rejectUnauthorized: false } })).toBe(
      server.address,
    );
    expect(server.names.slice(-2)).toEqual(['other.test', 'wrong.test']);
  });
});

describe('HTTP/2 by default', () => {
  test('many requests share a connection, and each counts as in flight', async () => {
    await using server = await tlsServer({ hold: true });
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({
      clusters: {
        orders: { cluster: orders, protocol: 'https', servername: 'orders.test', tls: { ca: TEST_CERT } },
      },
    });
    const answers = Array.from({ length: 5 }, () => client.request(get));
    await until(() => server.held.length === 5);
    expect([orders.inFlight(), server.names.length]).toEqual([5, 1]);
    for (const release of server.held) release();
    for (const answer of answers) await (await answer).body.dump();
    expect(orders.inFlight()).toBe(0);
  });
});

describe('back-pressure', () => {
  test('dispatch never asks its caller to wait for a drain', async () => {
    await using server = await answering(200);
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders }, agent: { connections: 1 } });
    const handlers = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
    for (const { resolve } of handlers) {
      expect(client.dispatch(get, { onResponseEnd: () => resolve(), onResponseError: () => resolve() })).toBe(
        true,
      );
    }
    await Promise.all(handlers.map(({ promise }) => promise));
    expect(orders.kinds()).toEqual(Array(5).fill('success'));
  });

  test('an endpoint that was down with bounded connections serves again when it is back', async () => {
    await using reserved = await answering(200, 'back');
    let down = true;
    const orders = fakeCluster([reserved.address]);
    const direct = buildConnector({});
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    await using client = await readyClient({
      clusters: { orders },
      retry: false,
      agent: {
        connections: 1,
        connect: (o, callback) => (down ? callback(refused, null) : direct(o, callback)),
      },
    });
    const whileDown = Array.from({ length: 5 }, () => client.request(get));
    expect((await Promise.allSettled(whileDown)).every(({ status }) => status === 'rejected')).toBe(true);
    down = false;
    for (let i = 0; i < 5; i++) expect(await (await client.request(get)).body.text()).toBe('back');
  });
});

describe('cached origin', () => {
  test('a cache composed after the balancing has one entry for the cluster, not one for each endpoint', async () => {
    const servers = await Promise.all(
      [1, 2, 3].map(() => answering(200, 'x', { 'cache-control': 'max-age=60' })),
    );
    const orders = fakeCluster(servers.map(({ address }) => address));
    const dispatcher = new Agent().compose(balance({ clusters: { orders } }), interceptors.cache());
    for (let i = 0; i < 3; i++) await (await dispatcher.request(get)).body.dump();
    expect(servers.reduce((sum, { count }) => sum + count, 0)).toBe(1);
    await dispatcher.close();
    for (const server of servers) await server[Symbol.asyncDispose]();
  });
});

describe('import side effect', () => {
  test('neither core nor strategies load undici', async () => {
    const script = `
      await import('@evenkeel/core');
      await import('@evenkeel/strategies');
      console.log(Symbol.for('undici.globalDispatcher.2') in globalThis);`;
    const options = { cwd: new URL('.', import.meta.url).pathname };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', script],
      options,
    );
    expect(stdout.trim()).toBe('false');
  });
});

describe('a mock agent', () => {
  test('takes the place of the connections, retries included', async () => {
    const mock = new MockAgent();
    mock.disableNetConnect();
    mock.get('http://10.0.0.1:80').intercept({ path: '/', method: 'PUT' }).reply(503, 'busy');
    mock
      .get('http://10.0.0.2:80')
      .intercept({ path: '/', method: 'PUT', body: 'content' })
      .reply(200, 'mocked');
    const orders: FakeCluster = fakeCluster(['10.0.0.1:80', '10.0.0.2:80']);
    await using client = await readyClient({ clusters: { orders }, dispatcher: mock });
    const init: RequestInit = { method: 'PUT', body: 'content', dispatcher: client };
    expect(await (await fetch('http://orders/', init)).text()).toBe('mocked');
    expect(orders.kinds()).toEqual(['failure', 'success']);
    mock.assertNoPendingInterceptors();
  });
});

test('an answer that comes while the request is still being sent is relayed, and the upload ends', async () => {
  await using server = await rawServer((socket) => {
    socket.once('data', () =>
      socket.end('HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: 3\r\n\r\nbig'),
    );
  });
  const orders = fakeCluster([server.address]);
  await using client = await readyClient({ clusters: { orders } });
  for (const method of ['POST', 'PUT'] as const) {
    let returned = false;
    const body = (async function* () {
      try {
        yield Buffer.alloc(10);
        await new Promise(() => {});
      } finally {
        returned = true;
      }
    })();
    const response = await client.request({ ...get, method, body: body as never });
    expect([response.statusCode, await response.body.text()]).toEqual([413, 'big']);
    expect(orders.inFlight()).toBe(0);
    expect(returned).toBe(false);
  }
});

interface TlsTestServer extends AsyncDisposable {
  readonly address: string;
  /** The SNI of each connection. */
  readonly names: string[];
  readonly held: (() => void)[];
}

async function tlsServer({ hold = false } = {}): Promise<TlsTestServer> {
  const { createSecureServer } = await import('node:http2');
  const names: string[] = [];
  const held: (() => void)[] = [];
  const options = { key: TEST_KEY, cert: TEST_CERT, allowHTTP1: true };
  const answer = (host: string | undefined, end: (text: string) => void): void => {
    if (hold) held.push(() => end('held'));
    else end(host ?? '');
  };
  const server = hold
    ? createSecureServer(options, (request, response) =>
        answer(request.authority, (text) => response.end(text)),
      )
    : createServer(options, (request, response) =>
        answer(request.headers.host, (text) => response.end(text)),
      );
  server.on('secureConnection', ({ servername }) => names.push(servername));
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    names,
    held,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
