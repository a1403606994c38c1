import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { cache, createCacheStore } from '@evenkeel/cache';
import { afterEach, describe, expect, it } from 'vitest';
import { createTcpProxy } from '../tcp/tcp-proxy.ts';
import { exchangeBytes, parts } from '../testing/raw-client.ts';
import { rawUpstream } from '../testing/raw-upstream.ts';
import { startProxy } from '../testing/start-proxy.ts';
import { type AdminOptions, createAdmin } from './create-admin.ts';
import { localTarget } from './local-target.ts';

const TOKEN = 'a-token-of-some-length';
const OK = 'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nCache-Tag: t\r\nContent-Length: 2\r\n\r\nok';

const started: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of started.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

async function setUp(options: Partial<AdminOptions> = {}, ports: readonly number[] = []) {
  const store = createCacheStore();
  const routes = [{ cluster: 'api', cache: cache({ store }) }];
  const proxy = await startProxy(ports, { routes });
  await proxy.cluster.ready();
  const target = localTarget({
    proxy: proxy.proxy,
    clusters: () => [proxy.cluster],
    stores: () => [store],
  });
  const admin = createAdmin({ target, ...options });
  started.push(store, proxy, admin);
  const { port } = await admin.listen({ port: 0 });
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type') === 'application/json';
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson && text ? JSON.parse(text) : undefined,
    };
  };
  const send = (method: string, path: string, body: unknown, type = 'application/json') =>
    ask(path, {
      method,
      headers: { 'content-type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { proxy, port, ask, send, target };
}

describe('what it shows', () => {
  it('lists what there is, and every GET of it answers', async () => {
    const { ask } = await setUp({
      config: () => ({ a: 1 }),
      metrics: { contentType: 'text/plain', metrics: async () => 'a 1\n' },
    });
    const { json } = await ask('/');
    const paths = (json.operations as { method: string; path: string }[])
      .filter(({ method }) => method === 'GET')
      .map(({ path }) => path);
    expect(paths).toContain('/metrics');
    for (const path of paths) {
      expect({ path, status: (await ask(path.replace(':cluster', 'api'))).status }).toEqual({
        path,
        status: 200,
      });
    }
  });

  it('clusters without their endpoints, and one with them', async () => {
    await using upstream = await rawUpstream(OK);
    const { ask, proxy } = await setUp({}, [upstream.port]);
    await exchangeBytes(proxy.port, 'GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    const { json } = await ask('/clusters');
    expect(json.clusters).toMatchObject([
      { name: 'api', ready: true, discovery: { state: 'live' }, counts: { known: 1 } },
    ]);
    expect(json.clusters[0]).not.toHaveProperty('endpoints');
    expect((await ask('/clusters/api')).json.endpoints).toEqual([
      {
        id: `127.0.0.1:${upstream.port}`,
        host: '127.0.0.1',
        port: upstream.port,
        priority: 0,
        zone: null,
        metadata: {},
        state: 'serving',
        health: 'unknown',
        ejected: false,
        ejectedForMs: 0,
        draining: false,
        candidate: true,
        operator: { drained: false, weight: null, ejected: false },
        weight: 1,
        effectiveWeight: 1,
        inFlight: 0,
        pending: 0,
        picks: 1,
        successes: 1,
        failures: 0,
        cancelled: 0,
        latencyMs: expect.any(Number),
        load: null,
        concurrencyLimit: null,
        workers: { known: 1, candidate: 1, ejected: 0 },
      },
    ]);
  });

  it('routes, listeners and workers', async () => {
    const { ask, proxy } = await setUp();
    expect((await ask('/routes')).json).toEqual({
      routes: [{ name: '*/', match: {}, cluster: 'api', cache: true }],
    });
    expect((await ask('/listeners')).json).toEqual({
      listeners: [{ address: '127.0.0.1', port: proxy.port, connections: 0 }],
    });
    expect((await ask('/workers')).json.workers).toMatchObject([
      { id: '0', pid: process.pid, active: 0, draining: false },
    ]);
  });

  it('listeners of TCP connections beside those of requests', async () => {
    const { proxy } = await setUp();
    await using tcp = createTcpProxy({ cluster: proxy.cluster });
    const { port } = await tcp.listen({ port: 0, host: '127.0.0.1' });
    const target = localTarget({ proxy: proxy.proxy, clusters: () => [proxy.cluster], tcp: () => [tcp] });
    const [worker] = await target.state();
    expect(worker?.proxy.listeners).toEqual([
      { address: '127.0.0.1', port: proxy.port, connections: 0 },
      { address: '127.0.0.1', port, connections: 0 },
    ]);
  });

  it('the configuration without secrets', async () => {
    const config = {
      redis: { url: 'redis://me:pw@h:1/0', password: 'pw' },
      consul: { token: ['pw'] },
      basicAuth: { users: { ann: 'pw' } },
      keys: 3,
      list: [1, null],
      otlp: { headers: { 'x-team': 'pw' } },
      route: {
        match: { cookies: { tester: 'pw', other: true } },
        requestHeaders: { remove: ['x-a'], set: { 'x-b': 'pw' } },
      },
    };
    const { ask } = await setUp({ config: () => config });
    const { text, json } = await ask('/config');
    expect(text).not.toContain('pw');
    expect(json).toEqual({
      redis: { url: 'redis://me:***@h:1/0', password: '***' },
      consul: { token: ['***'] },
      basicAuth: { users: { ann: '***' } },
      keys: 3,
      list: [1, null],
      otlp: { headers: { 'x-team': '***' } },
      route: {
        match: { cookies: { tester: '***', other: true } },
        requestHeaders: { remove: ['x-a'], set: { 'x-b': '***' } },
      },
    });
  });

  it('whether it is ready, and not so once it drains', async () => {
    const { ask, proxy } = await setUp();
    expect(await ask('/ready')).toMatchObject({
      status: 200,
      json: { ready: true, draining: false, waiting: [] },
    });
    await proxy.proxy.close();
    expect(await ask('/ready')).toMatchObject({ status: 503, json: { ready: false, draining: true } });
    expect(await ask('/health')).toMatchObject({ status: 200, json: { status: 'ok' } });
  });
});

describe('what it changes', () => {
  it('drains an endpoint, and traffic stops; takes it back, and traffic returns', async () => {
    await using one = await rawUpstream('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1');
    await using two = await rawUpstream('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2');
    const { send, proxy } = await setUp({}, [one.port, two.port]);
    const asked = async () =>
      parts(await exchangeBytes(proxy.port, 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')).body;
    const path = `/clusters/api/endpoints/127.0.0.1:${one.port}`;
    expect(await asked()).toBe('1');
    expect(await send('PATCH', path, { drained: true })).toMatchObject({
      status: 200,
      json: { state: 'draining', operator: { drained: true } },
    });
    expect(await asked()).toBe('2');
    expect((await send('PATCH', path, { drained: false })).json).toMatchObject({
      state: 'serving',
      draining: false,
    });
    expect(await asked()).toBe('1');
    expect((await send('PATCH', path, { ejectForMs: 60_000 })).json).toMatchObject({
      state: 'ejected',
      operator: { ejected: true },
    });
    expect(await asked()).toBe('2');
    expect((await send('PATCH', path, { ejectForMs: 0, weight: 7 })).json).toMatchObject({
      state: 'serving',
      weight: 7,
      operator: { ejected: false, weight: 7 },
    });
    expect((await send('PATCH', path, { weight: null })).json).toMatchObject({
      weight: 1,
      operator: { weight: null },
    });
  });

  it.each([[{ url: 'http://api/a' }], [{ prefix: 'http://api/' }], [{ tag: 't' }], [{ all: true }]])(
    'purges %j',
    async (what) => {
      await using upstream = await rawUpstream(OK);
      const { send, proxy } = await setUp({}, [upstream.port]);
      const status = async () => {
        const before = proxy.events.length;
        await exchangeBytes(proxy.port, 'GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
        return (await proxy.event(before)).cacheStatus;
      };
      expect([await status(), await status()]).toEqual(['miss', 'hit']);
      expect(await send('POST', '/cache/purge', what)).toMatchObject({
        status: 200,
        json: { purged: what, stores: 1, shared: true },
      });
      expect(await status()).toBe('miss');
    },
  );
});

describe('what it refuses', () => {
  it.each([
    ['GET', '/nowhere', undefined, 404, 'not-found'],
    ['GET', '/clusters/nobody', undefined, 404, 'not-found'],
    ['GET', '/clusters/%', undefined, 404, 'not-found'],
    ['PATCH', '/clusters/nobody/endpoints/a', { drained: true }, 404, 'not-found'],
    ['PATCH', '/clusters/api/endpoints/a', { drained: true }, 404, 'not-found'],
    ['PATCH', '/clusters/api/endpoints/a', {}, 400, 'bad-request'],
    ['PATCH', '/clusters/api/endpoints/a', { drained: 'yes' }, 400, 'bad-request'],
    ['PATCH', '/clusters/api/endpoints/a', { weight: -1 }, 400, 'bad-request'],
    ['PATCH', '/clusters/api/endpoints/a', { ejectForMs: '1' }, 400, 'bad-request'],
    ['PATCH', '/clusters/api/endpoints/a', { drain: true }, 400, 'bad-request'],
    ['POST', '/cache/purge', { tag: 't', all: true }, 400, 'bad-request'],
    ['POST', '/cache/purge', { tag: '' }, 400, 'bad-request'],
    ['POST', '/cache/purge', { all: false }, 400, 'bad-request'],
    ['POST', '/cache/purge', { url: '/a' }, 400, 'bad-request'],
    ['POST', '/cache/purge', { prefix: 'http://api/a' }, 400, 'bad-request'],
    ['POST', '/cache/purge', { url: 'http://shop.example.com/a' }, 404, 'not-found'],
    ['POST', '/cache/purge', '[]', 400, 'bad-request'],
    ['POST', '/cache/purge', '{', 400, 'bad-request'],
    ['POST', '/cache/purge', `"${'x'.repeat(70_000)}"`, 413, 'too-large'],
    ['POST', '/clusters', {}, 405, 'method-not-allowed'],
    ['GET', '/cache/purge', undefined, 405, 'method-not-allowed'],
    ['OPTIONS', '/clusters', undefined, 405, 'method-not-allowed'],
  ])('%s %s %j with %i', async (method, path, body, status, error) => {
    const { ask, send } = await setUp();
    const answer = body === undefined ? await ask(path, { method }) : await send(method, path, body);
    expect(answer).toMatchObject({ status, json: { error, message: expect.any(String) } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/GET, HEAD|POST/);
  });

  it('a body that a page of another origin could send unasked', async () => {
    const { send, ask } = await setUp();
    expect((await send('POST', '/cache/purge', { all: true }, 'text/plain')).status).toBe(415);
    const headers = { 'content-type': 'application/json', origin: 'http://evil.example' };
    expect((await ask('/cache/purge', { method: 'POST', headers, body: '{"all":true}' })).status).toBe(403);
  });

  it.each([
    ['127.0.0.1', 200],
    ['localhost:1', 200],
    ['[::1]:1', 200],
    ['admin.internal', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['', 403],
  ])('a Host of %j, as DNS rebinding would send it: %i', async (host, status) => {
    const { port } = await setUp({ hosts: ['Admin.internal'] });
    const answer = await exchangeBytes(
      port,
      `GET /clusters HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    expect(parts(answer).status).toBe(status);
  });

  it('whoever has not the token, and tells nothing of what there is', async () => {
    const { ask } = await setUp({ token: TOKEN });
    const with_ = (authorization: string) => ({ headers: { authorization } });
    for (const init of [
      {},
      with_('Bearer x'),
      with_(`Bearer ${TOKEN}x`),
      with_(`Basic ${TOKEN}`),
      with_('Bearer'),
    ]) {
      for (const path of ['/', '/clusters', '/nowhere', '/metrics']) {
        expect(await ask(path, init)).toMatchObject({ status: 401, json: { error: 'unauthorized' } });
      }
    }
    expect((await ask('/', {})).headers.get('www-authenticate')).toBe('Bearer');
    expect((await ask('/clusters', with_(`Bearer ${TOKEN}`))).status).toBe(200);
    expect((await ask('/health')).status).toBe(200);
    expect((await ask('/ready')).json).toEqual({ ready: true, draining: false });
  });

  it('to be reached by others without a token', async () => {
    const { target } = await setUp();
    for (const host of ['0.0.0.0', '::', '10.0.0.1']) {
      await expect(createAdmin({ target }).listen({ port: 0, host })).rejects.toThrow('token: got undefined');
    }
    const open = createAdmin({ target, token: TOKEN });
    started.push(open);
    expect((await open.listen({ port: 0, host: '0.0.0.0' })).port).toBeGreaterThan(0);
    for (const token of ['', 'short', ` ${TOKEN}`]) {
      expect(() => createAdmin({ target, token })).toThrow('expected a string of at least 16 characters');
    }
  });

  it('others where it has no token, also in a server of somebody else', async () => {
    const { target } = await setUp();
    const admin = createAdmin({ target });
    const server = createServer((request, response) => {
      Object.defineProperty(request.socket, 'remoteAddress', { value: '192.0.2.1' });
      admin.handle(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/clusters`);
    expect(response.status).toBe(403);
    server.close();
    server.closeAllConnections();
  });
});

describe('when the target fails', () => {
  const failing = async (error: unknown, token?: string) => {
    const { target } = await setUp();
    const told: unknown[][] = [];
    const { ask } = await setUp({
      target: { ...target, state: () => Promise.reject(error) },
      onError: (...args) => void told.push(args),
      ...(token !== undefined && { token }),
    });
    return { ask, told };
  };
  const gone = new Error('the worker at 10.0.0.7 is gone');

  it('says what is wrong, and tells the program', async () => {
    const { ask, told } = await failing(gone);
    expect(await ask('/clusters/api')).toMatchObject({
      status: 500,
      json: { error: 'internal', message: 'the worker at 10.0.0.7 is gone' },
    });
    expect(told).toEqual([[gone, 'GET /clusters/:cluster']]);
  });

  it.each([undefined, TOKEN])('says to probes only that it failed; token %s', async (token) => {
    const { ask, told } = await failing(gone, token);
    expect(await ask('/ready')).toMatchObject({
      status: 500,
      json: { error: 'internal', message: 'GET /ready failed; the log of the proxy says why' },
    });
    expect(told).toEqual([[gone, 'GET /ready']]);
  });

  it('makes an error of what is none', async () => {
    const { ask, told } = await failing('gone');
    expect((await ask('/ready')).text).not.toContain('gone');
    expect(told).toEqual([[new Error('gone'), 'GET /ready']]);
  });
});

it('goes on when a connection cannot be accepted, and tells of it', async () => {
  let server: Server | undefined;
  const onListen = (message: unknown): void => {
    ({ server } = message as { readonly server: Server });
  };
  const errors: unknown[] = [];
  subscribe('tracing:net.server.listen:asyncStart', onListen);
  const { ask } = await setUp({ onError: (error) => void errors.push(error) });
  unsubscribe('tracing:net.server.listen:asyncStart', onListen);
  const error = new Error('accept EMFILE');
  server?.emit('error', error);
  expect(errors).toEqual([error]);
  expect((await ask('/health')).status).toBe(200);
});
