import { createCluster, staticDiscovery } from '@evenkeel/core';
import { roundRobin } from '@evenkeel/strategies';
import { expect, it } from 'vitest';
import type { MirrorEnded } from './actions/mirror.ts';
import { createProxy } from './proxy.ts';
import type { ProxyOptions } from './proxy-options.ts';
import type { RouteOptions } from './routing/route-options.ts';
import { exchangeBytes } from './testing/raw-client.ts';
import { rawUpstream } from './testing/raw-upstream.ts';

const OK = 'HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok';

/** A proxy with two clusters, `stable` and `canary`. */
async function twoClusters(routes: readonly RouteOptions[], options: Partial<ProxyOptions> = {}) {
  const stable = await rawUpstream(OK);
  const canary = await rawUpstream(OK.replace('ok', 'ca'));
  const clusters = [
    { name: 'stable', port: stable.port },
    { name: 'canary', port: canary.port },
  ].map(({ name, port }) =>
    createCluster({ name, discovery: staticDiscovery([`127.0.0.1:${port}`]), strategy: roundRobin() }),
  );
  const proxy = createProxy({ routes, clusters, client: { retry: false }, ...options });
  const copies: MirrorEnded[] = [];
  const waiting = new Set<() => void>();
  proxy.subscribe((event) => {
    if (event.type !== 'mirrorEnded') return;
    copies.push(event);
    for (const check of waiting) check();
  });
  const { port } = await proxy.listen({ port: 0, host: '127.0.0.1' });
  const received = (upstream: typeof stable) => upstream.connections.map((one) => one.received).join('');
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    stable: () => received(stable),
    canary: () => received(canary),
    stopCanary: () => canary[Symbol.asyncDispose](),
    copy: (n: number) =>
      new Promise<MirrorEnded>((resolve) => {
        const check = (): void => copies[n] && resolve(copies[n]);
        waiting.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      await proxy.close({ graceMs: 0 });
      await Promise.all([...clusters, stable, canary].map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

const line = (received: string): string => received.slice(0, received.indexOf(' HTTP/'));

it.each<[RouteOptions, string, string]>([
  [{ match: { path: '/api' }, rewrite: { prefix: '/' } }, '/api', 'GET /'],
  [{ match: { path: '/api' }, rewrite: { prefix: '/' } }, '/api/users?q=/api', 'GET /users?q=/api'],
  [{ match: { path: '/api' }, rewrite: { prefix: '/v2/x/' } }, '/api/a//b/?', 'GET /v2/x/a//b/?'],
  [{ match: { path: '/files/' }, rewrite: { prefix: '/static' } }, '/files/a', 'GET /static/a'],
  [{ match: { path: '/u/:id' }, rewrite: { prefix: '/users' } }, '/u/7/x', 'GET /users/x'],
  [
    { match: { path: '/u/:id' }, rewrite: { path: '/users?id={id}' } },
    '/u/a%2Fb%3F?z=1',
    'GET /users?id=a%2Fb%3F&z=1',
  ],
  [{ rewrite: { regex: '^/v(\\d+)/', replacement: '/api/$1/' } }, '/v2/x?y', 'GET /api/2/x?y'],
  [{ rewrite: { host: 'in.example:81' } }, '/a/../b', 'GET /a/../b'],
])('rewrites by %j', async (route, path, expected) => {
  await using proxy = await twoClusters([{ cluster: 'stable', ...route }]);
  await exchangeBytes(proxy.port, `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
  expect(line(proxy.stable())).toBe(expected);
  expect(proxy.stable()).toContain(`\r\nhost: ${route.rewrite?.host ?? 'h'}\r\n`);
});

it.each([
  '..',
  '.',
  '%2e%2E',
  '..;x',
  '.%2e',
  '..%2fsecret',
  '..\\secret',
  'a\\..\\b',
  'a%5c..%5cb',
  '..%3bx',
])('does not rewrite a path that could leave its base by %s', async (segment) => {
  await using proxy = await twoClusters([
    { match: { path: '/api' }, cluster: 'stable', rewrite: { prefix: '/base' } },
  ]);
  const answer = await exchangeBytes(
    proxy.port,
    `GET /api/${segment} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(proxy.stable()).toBe('');
});

it('takes dots that are no segment for what they are', async () => {
  await using proxy = await twoClusters([{ cluster: 'stable', rewrite: { prefix: '/base' } }]);
  const path = '/...%20/.a/b../.well-known/a.b?x=/../';
  await fetch(`${proxy.url}${path}`);
  expect(line(proxy.stable())).toBe(`GET /base${path}`);
});

it.each<[RouteOptions, string, number, string]>([
  [{ redirect: { scheme: 'https', status: 308 } }, '/a?b', 308, 'https://shop.example/a?b'],
  [
    { redirect: { host: 'new.example', port: 8443, scheme: 'https' } },
    '/a',
    302,
    'https://new.example:8443/a',
  ],
  [{ match: { path: '/old' }, redirect: { prefix: '/new', status: 301 } }, '/old/x?y=1', 301, '/new/x?y=1'],
  [
    { match: { path: '/u/:id' }, redirect: { path: '/users/{id}', keepQuery: false } },
    '/u/7?x',
    302,
    '/users/7',
  ],
])('redirects by %j', async (route, path, status, location) => {
  await using proxy = await twoClusters([route]);
  const answer = await exchangeBytes(
    proxy.port,
    `GET ${path} HTTP/1.1\r\nHost: Shop.example:8080\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toContain(`HTTP/1.1 ${status} `);
  expect(answer).toContain(`\r\nlocation: ${location}\r\n`);
});

it('never redirects to a host that the path smuggles in', async () => {
  await using proxy = await twoClusters([
    { match: { path: '/old' }, redirect: { prefix: '/' } },
    { redirect: {} },
  ]);
  for (const path of ['//evil.example/x', '/old//evil.example', '/\\evil.example']) {
    const answer = await exchangeBytes(
      proxy.port,
      `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).not.toMatch(/location: \/[/\\]/);
  }
});

it('answers by itself', async () => {
  await using proxy = await twoClusters([
    { match: { path: '/health', exact: true }, respond: { body: 'fine', headers: { 'x-a': '1' } } },
    { respond: { status: 204 } },
  ]);
  const health = await fetch(`${proxy.url}/health`);
  expect([health.status, health.headers.get('x-a'), await health.text()]).toEqual([200, '1', 'fine']);
  const head = await fetch(`${proxy.url}/health`, { method: 'HEAD' });
  expect([head.headers.get('content-length'), await head.text()]).toEqual(['4', '']);
  expect((await fetch(`${proxy.url}/other`)).status).toBe(204);
});

it('changes fields on both ways, in errors of the proxy too', async () => {
  await using proxy = await twoClusters([
    {
      match: { path: '/a' },
      cluster: 'stable',
      requestHeaders: { remove: ['Accept'], set: { 'X-Team': 'a' }, add: { 'x-more': '1' } },
      responseHeaders: { remove: ['x-a'], set: { 'x-frame-options': 'DENY' } },
    },
    { respond: { status: 404 }, responseHeaders: { set: { 'x-frame-options': 'DENY' } } },
  ]);
  const response = await fetch(`${proxy.url}/a`, { headers: { 'x-team': 'b', 'x-more': '0' } });
  expect([response.headers.get('x-a'), response.headers.get('x-frame-options')]).toEqual([null, 'DENY']);
  expect(proxy.stable()).toMatch(/x-team: a\r\n/i);
  expect(proxy.stable()).toContain('x-more: 0\r\n');
  expect(proxy.stable()).toContain('x-more: 1\r\n');
  expect(proxy.stable()).not.toMatch(/^accept:/im);
  expect((await fetch(`${proxy.url}/b`)).headers.get('x-frame-options')).toBe('DENY');
});

it('splits by weight, and sends a canary by cookie', async () => {
  let turn = 0;
  const random = (): number => (turn++ % 20) / 20;
  await using proxy = await twoClusters(
    [
      { match: { cookies: { canary: 'always' } }, cluster: 'canary' },
      {
        split: [
          { cluster: 'stable', weight: 95 },
          { cluster: 'canary', weight: 5 },
        ],
      },
    ],
    { random },
  );
  const answers = new Map<string, number>();
  for (let i = 0; i < 40; i++) {
    const text = await (await fetch(proxy.url)).text();
    answers.set(text, (answers.get(text) ?? 0) + 1);
  }
  expect(Object.fromEntries(answers)).toEqual({ ok: 38, ca: 2 });
  expect(await (await fetch(proxy.url, { headers: { cookie: 'canary=always' } })).text()).toBe('ca');
});

it('mirrors requests with their bodies, and tells what became of the copy', async () => {
  await using proxy = await twoClusters([
    { cluster: 'stable', mirror: { cluster: 'canary', maxBodyBytes: 5 } },
  ]);
  const first = await fetch(`${proxy.url}/x?y`, { method: 'POST', body: 'hello' });
  expect(await first.text()).toBe('ok');
  expect(await proxy.copy(0)).toMatchObject({ cluster: 'canary', status: 200, error: undefined });
  expect(proxy.canary()).toMatch(/^POST \/x\?y HTTP\/1\.1\r\n/);
  expect(proxy.canary().endsWith('\r\n\r\nhello')).toBe(true);
  await (await fetch(proxy.url, { method: 'POST', body: 'longer' })).text();
  await (await fetch(`${proxy.url}/last`)).text();
  expect(await proxy.copy(1)).toMatchObject({ status: 200 });
  expect(proxy.canary()).not.toContain('longer');
  expect(proxy.canary()).toContain('GET /last ');
});

it('does not let a mirror that fails be noticed, but tells', async () => {
  await using proxy = await twoClusters([{ cluster: 'stable', mirror: { cluster: 'canary' } }]);
  await proxy.stopCanary();
  expect((await fetch(proxy.url)).status).toBe(200);
  const copy = await proxy.copy(0);
  expect(copy.status).toBeUndefined();
  expect(copy.error).toBeInstanceOf(Error);
});

it('copies the share of the requests that was asked for', async () => {
  let turn = 0;
  await using proxy = await twoClusters([{ cluster: 'stable', mirror: { cluster: 'canary', ratio: 0.25 } }], {
    random: () => (turn++ % 4) / 4,
  });
  for (let i = 0; i < 8; i++) await (await fetch(`${proxy.url}/${i}`)).text();
  await proxy.copy(1);
  expect(proxy.canary().match(/GET/g)).toHaveLength(2);
});
