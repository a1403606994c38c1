import type { RequestListener } from 'node:http';
import { expect, it } from 'vitest';
import { configuredProxy } from '../testing/configured-proxy.ts';

/** A proxy whose one route has the middleware. */
const withRoute = (middleware: string, upstream?: RequestListener) =>
  configuredProxy(
    `clusters: { api: { discovery: { static: [UPSTREAM] } } }\nroutes: [{ cluster: api, ${middleware} }]`,
    upstream,
  );

it('cors', async () => {
  await using proxy = await withRoute(
    'cors: { origins: ["https://*.example.com"], credentials: true, methods: [GET, PUT], allowedHeaders: "*", exposedHeaders: [x-total], maxAgeMs: 600000 }',
  );
  const origin = 'https://shop.example.com';
  const headers = { origin, 'access-control-request-method': 'PUT' };
  const preflight = await fetch(proxy.url, { method: 'OPTIONS', headers });
  expect([preflight.status, preflight.headers.get('access-control-max-age')]).toEqual([204, '600']);
  const response = await fetch(proxy.url, { headers: { origin } });
  expect(response.headers.get('access-control-expose-headers')).toBe('x-total');
  expect(proxy.asked).toHaveLength(1);
});

it('concurrencyLimit', async () => {
  const held: (() => void)[] = [];
  await using proxy = await withRoute(
    'concurrencyLimit: { max: 1, key: [{ header: x-user }, { clientAddress: true }], maxQueued: 0, queueTimeoutMs: 100, retryAfterMs: 5000 }',
    (_request, response) => void held.push(() => response.end('late')),
  );
  const first = fetch(proxy.url, { headers: { 'x-user': 'ada' } });
  await expect.poll(() => held.length).toBe(1);
  const refused = await fetch(proxy.url, { headers: { 'x-user': 'ada' } });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  held[0]?.();
  expect(await (await first).text()).toBe('late');
});

it('bodyLimit', async () => {
  await using proxy = await withRoute('bodyLimit: { maxBytes: 3, idleTimeoutMs: 5000, timeoutMs: 5000 }');
  const post = async (body: string) => (await fetch(proxy.url, { method: 'POST', body })).status;
  expect([await post('abc'), await post('abcd')]).toEqual([200, 413]);
});

it('rateLimit', async () => {
  await using proxy = await withRoute(
    'rateLimit: [{ rate: 2, perMs: 60000, key: { query: user }, name: user }, { rate: 3, perMs: 60000, burst: 3, headers: false, maxKeys: 10 }]',
  );
  const ask = async (user: string) => (await fetch(`${proxy.url}/?user=${user}`)).status;
  expect([await ask('a'), await ask('a'), await ask('a')]).toEqual([200, 200, 429]);
  expect([await ask('b'), await ask('b')]).toEqual([200, 429]);
  expect((await fetch(proxy.url)).headers.get('ratelimit-policy')).toBe('"user";q=2;w=60');
});

it('compress', async () => {
  const text = 'again and again '.repeat(100);
  await using proxy = await withRoute(
    'compress: { codings: [gzip], minBytes: 100, types: [text/*], levels: { gzip: 9 } }',
    (_request, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end(text),
  );
  const response = await fetch(proxy.url, { headers: { 'accept-encoding': 'gzip, br' } });
  expect([response.headers.get('content-encoding'), await response.text()]).toEqual(['gzip', text]);
});

it('hashBy', async () => {
  await using proxy = await withRoute(
    'hashBy: { keys: [{ header: x-user }], cookie: { name: route, ttlMs: 60000, path: /, domain: a.example, secure: true, httpOnly: false, sameSite: none } }',
  );
  const [cookie] = (await fetch(proxy.url)).headers.getSetCookie();
  expect(cookie).toMatch(/^route=[\w-]{22}; Path=\/; Domain=a\.example; Max-Age=60; SameSite=None; Secure$/);
  const known = await fetch(proxy.url, { headers: { 'x-user': 'ada' } });
  expect(known.headers.getSetCookie()).toEqual([]);
});

it.each([
  ['{ header: x-user }', { 'x-user': 'USER' }, '/'],
  ['{ cookie: user }', { cookie: 'user=USER' }, '/'],
  ['{ query: user }', {}, '/?user=USER'],
  ['{ path: true }', {}, '/USER'],
  ['[{ header: x-none }, { query: user }]', {}, '/?user=USER'],
])('hashKey of a cluster: %s', async (hashKey, headers, path) => {
  await using other = await withRoute('name: other');
  await using proxy = await configuredProxy(`
clusters: { api: { discovery: { static: [UPSTREAM, "${new URL(other.url).host}"] }, strategy: ring-hash, hashKey: ${hashKey} } }
routes: [{ cluster: api }]
`);
  for (let user = 0; user < 12; user++) {
    const filled = JSON.parse(JSON.stringify({ headers, path }).replaceAll('USER', `user-${user}`));
    const before = proxy.asked.length;
    for (let turn = 0; turn < 3; turn++) await fetch(proxy.url + filled.path, { headers: filled.headers });
    expect((proxy.asked.length - before) % 3).toBe(0);
  }
  expect(proxy.asked.length).toBeGreaterThan(0);
  expect(other.asked.length).toBeGreaterThan(0);
});

it('stickyCookie', async () => {
  await using other = await withRoute('name: other', (_request, response) => void response.end('other'));
  await using proxy = await configuredProxy(
    `
clusters:
  api:
    discovery: { static: [UPSTREAM, "${new URL(other.url).host}"] }
    strategy: { sticky: { fallback: round-robin, secret: of the strategy } }
routes: [{ cluster: api, stickyCookie: { secrets: [0123456789abcdefg], name: shop, ttlMs: 60000, sameSite: strict, forward: true } }]
`,
    (_request, response) => void response.end('one'),
  );
  const first = await fetch(proxy.url);
  const [cookie = ''] = first.headers.getSetCookie();
  expect(cookie).toMatch(/^shop=\S+; Path=\/; Max-Age=60; HttpOnly; SameSite=Strict$/);
  const home = await first.text();
  const headers = { cookie: cookie.split(';', 1)[0] ?? '' };
  for (let turn = 0; turn < 5; turn++) {
    const again = await fetch(proxy.url, { headers });
    expect([await again.text(), again.headers.getSetCookie()]).toEqual([home, []]);
  }
});
