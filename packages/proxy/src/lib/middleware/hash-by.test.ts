import { cache, createCacheStore } from '@evenkeel/cache';
import { createCluster, staticDiscovery } from '@evenkeel/core';
import type { HttpClusterRoute } from '@evenkeel/http-client';
import { ringHash } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import type { RouteOptions } from '../routing/route-options.ts';
import { rawUpstream } from '../testing/raw-upstream.ts';
import { startProxy } from '../testing/start-proxy.ts';
import { through } from '../testing/through.ts';
import { clusterHashKey } from './cluster-hash-key.ts';
import { type HashByOptions, hashBy } from './hash-by.ts';
import type { Middleware } from './middleware.ts';
import type { KeySource } from './request-key.ts';

/** A proxy that says in the answer which key a request has. */
async function keyed(options: HashByOptions, respond?: string) {
  const tell: Middleware = (request, next) => {
    request.onResponse(({ headers }) => headers.set('x-key', request.hashKey ?? 'none'));
    next();
  };
  const proxy = await through([hashBy(options), tell], respond);
  return Object.assign(proxy, {
    async key(headers: Record<string, string> = {}, path = '/'): Promise<string | null> {
      return (await fetch(proxy.url + path, { headers })).headers.get('x-key');
    },
  });
}

it('takes the first part of a request that is there', async () => {
  await using proxy = await keyed({
    keys: [{ header: 'x-user' }, { cookie: 'session' }, { query: 'q' }, { clientAddress: true }],
  });
  expect(await proxy.key({ 'x-user': 'ada', cookie: 'session=s' })).toBe('ada');
  expect(await proxy.key({ cookie: 'a=1; session=s' }, '/?q=1')).toBe('s');
  expect(await proxy.key({}, '/?q=1')).toBe('1');
  expect(await proxy.key()).toBe('127.0.0.1');
});

it('leaves a request without a key that has none', async () => {
  await using proxy = await keyed({ keys: [{ header: 'x-user' }] });
  expect(await proxy.key()).toBe('none');
});

it('gives clients without a key a cookie, once', async () => {
  await using proxy = await keyed({
    keys: [{ header: 'x-user' }],
    cookie: { name: 'route', ttlMs: 60_000, path: '/shop', sameSite: 'strict' },
  });
  const response = await fetch(proxy.url);
  const [set = ''] = response.headers.getSetCookie();
  expect(set).toMatch(/^route=[\w-]{22}; Path=\/shop; Max-Age=60; HttpOnly; SameSite=Strict$/);
  expect(response.headers.get('cache-control')).toBe('private');
  const [pair = ''] = set.split(';');
  expect(response.headers.get('x-key')).toBe(pair.slice('route='.length));
  const again = await fetch(proxy.url, { headers: { cookie: pair } });
  expect(again.headers.get('x-key')).toBe(response.headers.get('x-key'));
  expect(again.headers.getSetCookie()).toEqual([]);
  expect(again.headers.get('cache-control')).toBeNull();
  expect(await proxy.key({ 'x-user': 'ada' })).toBe('ada');
});

/** A proxy in front of three endpoints on a ring, each of which says its name. */
async function ringProxy(route: Partial<RouteOptions>, settings: Partial<HttpClusterRoute> = {}) {
  const upstreams = await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      rawUpstream(
        `HTTP/1.1 200 OK\r\nX-Endpoint: ${name}\r\nCache-Control: max-age=60\r\nContent-Length: 0\r\n\r\n`,
      ),
    ),
  );
  const cluster = createCluster({
    name: 'ring',
    discovery: staticDiscovery(upstreams.map(({ port }) => `127.0.0.1:${port}`)),
    strategy: ringHash(),
  });
  await cluster.ready();
  const proxy = await startProxy([], {
    clusters: { ring: { cluster, ...settings } },
    routes: [{ cluster: 'ring', ...route }],
  });
  return {
    async ask(path: string, headers: Record<string, string> = {}): Promise<string | null> {
      const response = await fetch(`http://127.0.0.1:${proxy.port}${path}`, { headers });
      return response.headers.get('x-endpoint');
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await cluster.close();
      for (const upstream of upstreams) await upstream[Symbol.asyncDispose]();
    },
  };
}

const USERS = Array.from({ length: 20 }, (_, user) => user);

it('leads equal keys to the same endpoint', async () => {
  await using ring = await ringProxy({ middleware: [hashBy({ keys: [{ query: 'user' }] })] });
  const seen = new Set<string | null>();
  for (const user of USERS) {
    const first = await ring.ask(`/?user=${user}`);
    seen.add(first);
    expect([await ring.ask(`/?user=${user}`), await ring.ask(`/x?user=${user}`)]).toEqual([first, first]);
  }
  expect(seen.size).toBe(3);
});

describe('clusterHashKey', () => {
  it.each<[KeySource, (user: number) => [string, Record<string, string>?]]>([
    [{ header: 'x-user' }, (user) => ['/', { 'X-User': `${user}` }]],
    [{ cookie: 'user' }, (user) => ['/', { cookie: `a=1; user=${user}` }]],
    [{ query: 'user' }, (user) => [`/?a=1&user=${user}`]],
    [{ path: true }, (user) => [`/${user}?x`]],
  ])('finds keys for all routes of a cluster: %j', async (source, asked) => {
    await using ring = await ringProxy({}, { hashKey: clusterHashKey(source) });
    const first = await Promise.all(USERS.map((user) => ring.ask(...asked(user))));
    expect(await Promise.all(USERS.map((user) => ring.ask(...asked(user))))).toEqual(first);
    expect(new Set(first).size).toBe(3);
  });

  it('knows the address of the client, below a cache as well', async () => {
    const hashKey = clusterHashKey([{ header: 'x-none' }, { clientAddress: true }]);
    let address = 0;
    const from: Middleware = (request, next) => {
      Object.defineProperty(request, 'clientAddress', { value: `192.0.2.${address}` });
      next();
    };
    for (const route of [{}, { cache: cache({ store: createCacheStore() }) }]) {
      await using ring = await ringProxy({ ...route, middleware: [from] }, { hashKey });
      const homes = new Map<number, string | null>();
      for (const user of [...USERS, ...USERS]) {
        address = user;
        const home = await ring.ask(`/${Math.random()}`);
        expect(homes.get(user) ?? home).toBe(home);
        homes.set(user, home);
      }
      expect(new Set(homes.values()).size).toBe(3);
    }
  });

  it('gives way to the key of a route', async () => {
    const hashKey = clusterHashKey({ path: true });
    await using ring = await ringProxy({ middleware: [hashBy({ keys: [{ query: 'user' }] })] }, { hashKey });
    const homes = await Promise.all(USERS.map((user) => ring.ask(`/${user}?user=ada`)));
    expect(new Set(homes).size).toBe(1);
  });
});

it.each<[unknown, string]>([
  [{}, 'keys: '],
  [{ keys: [] }, 'keys: '],
  [{ keys: [{ ip: true }] }, 'keys[0]: '],
  [{ keys: [], cookie: { name: 'a b' } }, 'cookie.name: '],
  [{ keys: [], cookie: { name: 'a', ttlMs: 0 } }, 'cookie.ttlMs: '],
  [{ keys: [], cookie: { name: 'a', path: 'x' } }, 'cookie.path: '],
  [{ keys: [], cookie: { name: 'a', path: '/;x' } }, 'cookie.path: '],
  [{ keys: [], cookie: { name: 'a', domain: 'a;b' } }, 'cookie.domain: '],
  [{ keys: [], cookie: { name: 'a', sameSite: 'Lax' } }, 'cookie.sameSite: '],
  [{ keys: [], cookie: { name: 'a', sameSite: 'none', secure: false } }, 'cookie.secure: '],
  [{ keys: [], cookie: { name: 'a', secure: 'yes' } }, 'cookie.secure: '],
  [{ keys: [], cookie: { name: 'a', ttl: 1 } }, 'cookie.ttl: '],
])('refuses %j', (options, message) => {
  expect(() => hashBy(options as HashByOptions)).toThrow(message);
});
