import { cache, createCacheStore } from '@evenkeel/cache';
import { type Cluster, createCluster } from '@evenkeel/core';
import { manualDiscovery } from '@evenkeel/core/testing';
import { roundRobin, sticky, stickyToken } from '@evenkeel/strategies';
import { expect, it } from 'vitest';
import type { RouteOptions } from '../routing/route-options.ts';
import { type RawUpstream, rawUpstream } from '../testing/raw-upstream.ts';
import { startProxy } from '../testing/start-proxy.ts';
import { type StickyCookieOptions, stickyCookie } from './sticky-cookie.ts';

const SECRET = 'of the strategy';
const token = (id: string) => stickyToken(id, SECRET);
const OPTIONS = { token, secrets: ['a secret of the cookie'] };

/** Endpoints that say their names, behind a proxy whose one route has the middleware. */
async function sessions(options: Partial<StickyCookieOptions> = {}, route: Partial<RouteOptions> = {}) {
  const upstreams: RawUpstream[] = [];
  for (const name of ['a', 'b', 'c']) {
    const more = 'Cache-Control: public, max-age=60\r\nContent-Length: 0\r\n\r\n';
    upstreams.push(
      await rawUpstream((head, { socket }) => {
        const status = /\s\/(\d{3}) /.exec(head)?.[1] ?? '200';
        socket.write(`HTTP/1.1 ${status} X\r\nX-Endpoint: ${name}\r\n${more}`);
      }),
    );
  }
  const discovery = manualDiscovery();
  const cluster: Cluster = createCluster({
    name: 'shop',
    discovery,
    strategy: sticky({ fallback: roundRobin(), secret: SECRET }),
    outlierDetection: false,
  });
  const show = (...indexes: number[]) =>
    discovery.push(indexes.map((index) => `127.0.0.1:${upstreams[index]?.port}`));
  show(0, 1, 2);
  await cluster.ready();
  const proxy = await startProxy([], {
    clusters: [cluster],
    routes: [{ cluster: 'shop', middleware: [stickyCookie({ ...OPTIONS, ...options })], ...route }],
    client: { retry: { maxRetries: 2 } },
  });
  return {
    upstreams,
    cluster,
    show,
    async ask(cookie?: string, path = '/') {
      const headers: Record<string, string> = cookie === undefined ? {} : { cookie };
      const response = await fetch(`http://127.0.0.1:${proxy.port}${path}`, { headers });
      const [set] = response.headers.getSetCookie();
      return {
        status: response.status,
        endpoint: response.headers.get('x-endpoint') ?? '',
        set,
        cookie: set?.split(';', 1)[0] ?? '',
        cacheControl: response.headers.get('cache-control'),
      };
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await cluster.close();
      for (const upstream of upstreams) await upstream[Symbol.asyncDispose]();
    },
  };
}

it('leads a client back to the endpoint that answered first, and sets no cookie again', async () => {
  await using shop = await sessions();
  const first = await shop.ask();
  expect(first.set).toMatch(/^evenkeel=[\w-]{22}\.0\.[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/);
  expect(first.cacheControl).toBe('max-age=60, private');
  for (let turn = 0; turn < 6; turn++) {
    expect(await shop.ask(`other=1; ${first.cookie}`)).toMatchObject({
      endpoint: first.endpoint,
      set: undefined,
      cacheControl: 'public, max-age=60',
    });
  }
  const others = [await shop.ask(), await shop.ask(), await shop.ask()];
  expect(new Set(others.map(({ endpoint }) => endpoint)).size).toBe(3);
});

it('keeps the cookie from the upstream, unless told otherwise', async () => {
  const received = ({ upstreams }: { upstreams: RawUpstream[] }): string =>
    upstreams.flatMap(({ connections }) => connections.map((one) => one.received)).join('');
  await using shop = await sessions();
  await shop.ask('evenkeel=x; a=1');
  expect(received(shop)).toContain('cookie: a=1\r\n');
  await using open = await sessions({ forward: true });
  await open.ask('evenkeel=x; a=1');
  expect(received(open)).toContain('cookie: evenkeel=x; a=1\r\n');
});

it('follows when the endpoint is gone, whether discovery says so or a try of it', async () => {
  await using shop = await sessions();
  const first = await shop.ask();
  const at = 'abc'.indexOf(first.endpoint);
  const rest = [0, 1, 2].filter((index) => index !== at);
  shop.show(...rest);
  await expect.poll(() => shop.cluster.inspect().endpoints.length).toBe(2);
  const second = await shop.ask(first.cookie);
  expect(second.endpoint).not.toBe(first.endpoint);
  expect(second.set).toBeDefined();
  expect(await shop.ask(second.cookie)).toMatchObject({ endpoint: second.endpoint, set: undefined });
  await shop.upstreams['abc'.indexOf(second.endpoint)]?.[Symbol.asyncDispose]();
  const third = await shop.ask(second.cookie);
  expect(third.status).toBe(200);
  expect(third.endpoint).not.toBe(second.endpoint);
  expect(await shop.ask(third.cookie)).toMatchObject({ endpoint: third.endpoint, set: undefined });
});

it('does not believe what it has not signed', async () => {
  await using shop = await sessions();
  const { cookie } = await shop.ask();
  const [name, value = ''] = cookie.split('=');
  const [mark, expires, signature = ''] = value.split('.');
  const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  await using other = await sessions({ secrets: ['another secret of it'] });
  const foreign = (await other.ask()).cookie;
  const forged = [
    `${name}=${mark}.${expires}.${flipped}`,
    `${name}=${mark}.1.${signature}`,
    `${name}=${mark}`,
    `${name}=..`,
    `${name}=`,
    `${name}=${mark}.${expires}.`,
    foreign,
  ];
  for (const attempt of forged) {
    const homes = [await shop.ask(attempt), await shop.ask(attempt), await shop.ask(attempt)];
    expect(new Set(homes.map(({ endpoint }) => endpoint)).size).toBe(3);
    for (const { set } of homes) expect(set).toBeDefined();
  }
});

it('expires, and is renewed when half of its time is over', async () => {
  let now = 1_000_000_000;
  await using shop = await sessions({ ttlMs: 60_000, now: () => now });
  const first = await shop.ask();
  expect(first.set).toContain('; Max-Age=60;');
  now += 29_000;
  expect(await shop.ask(first.cookie)).toMatchObject({ endpoint: first.endpoint, set: undefined });
  now += 1_000;
  const renewed = await shop.ask(first.cookie);
  expect(renewed.endpoint).toBe(first.endpoint);
  expect(renewed.cookie).not.toBe(first.cookie);
  now += 30_000;
  const late = [await shop.ask(first.cookie), await shop.ask(first.cookie), await shop.ask(first.cookie)];
  expect(new Set(late.map(({ endpoint }) => endpoint)).size).toBe(3);
  expect((await shop.ask(renewed.cookie)).endpoint).toBe(first.endpoint);
});

it('sets no cookie with a failure, nor where no endpoint answered', async () => {
  await using shop = await sessions();
  expect(await shop.ask(undefined, '/501')).toMatchObject({ status: 501, set: undefined });
  expect((await shop.ask(undefined, '/404')).set).toBeDefined();
  await using cached = await sessions({}, { cache: cache({ store: createCacheStore() }) });
  expect((await cached.ask()).set).toBeDefined();
  expect(await cached.ask()).toMatchObject({ status: 200, set: undefined });
});

it.each<[unknown, string]>([
  [{ secrets: ['0123456789abcdef'] }, 'token: '],
  [{ token }, 'secrets: '],
  [{ token, secrets: [] }, 'secrets: '],
  [{ token, secrets: ['short secret'] }, 'secrets[0]: got "12 characters"'],
  [{ ...OPTIONS, name: 'a b' }, 'name: '],
  [{ ...OPTIONS, ttlMs: 10 }, 'ttlMs: '],
  [{ ...OPTIONS, attributes: { path: 'x' } }, 'attributes.path: '],
  [{ ...OPTIONS, forward: 1 }, 'forward: '],
  [{ ...OPTIONS, secret: 'x' }, 'secret: '],
])('refuses %j', (options, message) => {
  expect(() => stickyCookie(options as StickyCookieOptions)).toThrow(message);
});
