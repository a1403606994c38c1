import { createCluster, isEvenkeelError, staticDiscovery } from '@evenkeel/core';
import { keepAliveLoad } from '@evenkeel/services';
import { roundRobin } from '@evenkeel/strategies';
import { expect, it } from 'vitest';
import { createProxy } from './proxy.ts';
import type { ProxyOptions } from './proxy-options.ts';

import { exchangeBytes, parts, rawClient } from './testing/raw-client.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';
const ok = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

function clusterOf(...ports: number[]) {
  const discovery = staticDiscovery(ports.map((port) => `127.0.0.1:${port}`));
  return createCluster({ name: 'api', discovery, strategy: roundRobin(), outlierDetection: false });
}

it('routes, clusters, fields and limits are the new ones at once, on connections that are open already', async () => {
  await using a = await rawUpstream(ok('a'));
  await using b = await rawUpstream(ok('b'));
  await using cluster = clusterOf(b.port);
  await using proxy = await startProxy([a.port]);
  using client = rawClient(proxy.port, GET);
  await client.until('\r\n\r\na');
  proxy.proxy.update({
    routes: [{ match: { path: '/b' }, cluster: 'other', name: 'new' }],
    clusters: { other: cluster },
    name: 'edge-2',
    trustedProxies: ['127.0.0.1'],
    maxHeaders: 3,
  });
  client.write('GET /b HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n');
  await client.until('\r\n\r\nb');
  expect(b.connections[0]?.received).toContain(
    'via: 1.1 edge-2\r\nx-forwarded-for: 192.0.2.1, 127.0.0.1\r\n',
  );
  client.write(GET);
  await client.until('"no-route"');
  client.write('GET /b HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 1\r\nC: 1\r\n\r\n');
  await client.until('"too-many-headers"');
  expect(proxy.events.map(({ route, reason }) => route ?? reason)).toEqual([
    '*/',
    'new',
    'no-route',
    'too-many-headers',
  ]);
});

it('an exchange ends with what it began with, and only then the old options are over', async () => {
  await using a = await rawUpstream();
  await using b = await rawUpstream(ok('b'));
  await using cluster = clusterOf(b.port);
  await using proxy = await startProxy([a.port], { client: { retry: { maxRetries: 1 } } });
  using client = rawClient(proxy.port, GET);
  const first = await a.connection(0);
  await first.until('\r\n\r\n');
  const { ended } = proxy.proxy.update({ routes: [{ cluster: 'api' }], clusters: { api: cluster } });
  let isEnded = false;
  const end = ended.then(() => {
    isEnded = true;
  });
  expect(
    parts(await exchangeBytes(proxy.port, GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))).body,
  ).toBe('b');
  first.socket.destroy();
  const second = await a.connection(1);
  await second.until('\r\n\r\n');
  expect([isEnded, proxy.proxy.active]).toEqual([false, 1]);
  second.socket.write(ok('still a'));
  await client.until('still a');
  await end;
  expect(proxy.proxy.active).toBe(0);
});

it.each<[object, string]>([
  [{ routes: [] }, 'routes: got an array'],
  [{ routes: [{ cluster: 'api', cache: () => undefined }] }, 'routes[0].cache: got a function'],
  [{ client: { retry: 1 } }, 'retry: got 1'],
  [{ connections: { lingerMs: -1 } }, 'connections.lingerMs: got -1'],
  [{ upgrades: 'x' }, 'upgrades: got "x"'],
  [{ name: 'a b' }, 'name: got "a b"'],
  [{ clusters: {} }, 'routes[0].cluster: got "api"'],
])('refuses %j, and nothing has changed', async (options, message) => {
  await using a = await rawUpstream(ok('a'));
  await using proxy = await startProxy([a.port]);
  const usable = { routes: [{ cluster: 'api' }], clusters: [proxy.cluster], name: 'other' };
  let error: unknown;
  try {
    proxy.proxy.update({ ...usable, ...options } as ProxyOptions);
  } catch (thrown) {
    error = thrown;
  }
  expect(isEvenkeelError(error, 'ERR_EVENKEEL_INVALID_OPTIONS')).toBe(true);
  expect((error as Error).message).toContain(message);
  using client = rawClient(proxy.port, GET);
  await client.until('\r\n\r\na');
  expect(a.connections[0]?.received).toContain('via: 1.1 evenkeel\r\n');
});

it('limits of connections and protocols of upgrades hold for listeners that are open', async () => {
  await using a = await rawUpstream((_head, { socket }) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n');
  });
  await using proxy = await startProxy([a.port], { upgrades: [] });
  const options = { routes: [{ cluster: 'api' }], clusters: [proxy.cluster] };
  proxy.proxy.update({ ...options, upgrades: ['Chat'], connections: { maxHeaderBytes: 1_024 } });
  using client = rawClient(
    proxy.port,
    'GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n',
  );
  await client.until('101 Switching');
  const large = `GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(2_000)}\r\n\r\n`;
  expect(await exchangeBytes(proxy.port, large)).toContain('431');
  proxy.proxy.update({ ...options, connections: { keepAliveTimeoutMs: 1 } });
  using idle = rawClient(proxy.port, 'GET / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n');
  expect((await idle.end()).text).toContain('502');
  client.socket.destroy();
});

it('no request fails, and connections to endpoints stay, while all is replaced again and again', async () => {
  await using a = await rawUpstream(ok('a'));
  await using b = await rawUpstream(ok('b'));
  await using proxy = await startProxy([], { routes: [{ cluster: 'api' }] });
  await using cluster = clusterOf(a.port, b.port);
  const clients = 8;
  const load = keepAliveLoad(proxy.port, { clients, pauseMs: 2 });
  const update = (round: number) =>
    proxy.proxy.update({
      routes: [{ cluster: 'api', name: `round ${round}` }],
      clusters: { api: { cluster, perTryTimeoutMs: 10_000 + round } },
      name: `edge-${round}`,
    }).ended;
  await load.reached(1);
  const ends = [update(0)];
  const before = { ...load.statuses };
  for (let round = 1; round <= 40; round++) {
    await load.reached(load.answered + 50);
    ends.push(update(round));
  }
  await load.stop();
  await Promise.all(ends.slice(0, -1));
  expect(load.lost).toBe(0);
  expect(Object.keys(load.statuses)).toEqual(['200', '503']);
  // Before the first update there was no endpoint; requests that had begun by then ended so.
  expect(load.statuses[503]).toBeLessThanOrEqual((before[503] ?? 0) + clients);
  expect(load.statuses[200]).toBeGreaterThanOrEqual(1_900);
  expect(a.connections.length + b.connections.length).toBeLessThanOrEqual(2 * clients);
});

it('a proxy with a dispatcher that was passed in takes another one', async () => {
  await using a = await rawUpstream(ok('a'));
  await using cluster = clusterOf(a.port);
  await using inner = await startProxy([a.port]);
  await using proxy = createProxy({ routes: [{ cluster: 'api' }], clusters: [cluster] });
  const { port } = await proxy.listen({ port: 0, host: '127.0.0.1' });
  const { Agent } = await import('undici');
  const agent = new Agent();
  const origins: unknown[] = [];
  const dispatcher = agent.compose((dispatch) => (options, handler) => {
    origins.push(String(options.origin));
    return dispatch({ ...options, origin: `http://127.0.0.1:${inner.port}` }, handler);
  });
  proxy.update({ routes: [{ cluster: 'api' }], clusters: [cluster], dispatcher });
  using client = rawClient(port, GET);
  await client.until('\r\n\r\na');
  expect(origins).toEqual(['http://api']);
  await proxy.close({ idleMs: 0 });
  expect(agent.closed).toBe(false);
  await agent.close();
  expect(() => proxy.update({ routes: [{ cluster: 'api' }], clusters: [cluster] })).toThrow(
    'the proxy is closed',
  );
});
