import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Cluster } from '@evenkeel/core';
import { expect, it, vi } from 'vitest';
import { configText } from '../config/config-text.ts';
import { parseConfig } from '../config/load-config.ts';
import { liveProxy } from './live-proxy.ts';

const LISTENER = 'listeners: [{ port: 0, host: 127.0.0.1 }]';

/** The proxy of a configuration, with its listeners bound. */
async function running(text: string) {
  const load = (wanted: string) => parseConfig(configText('evenkeel.yaml', wanted));
  const live = liveProxy(load(text), { say: () => {}, announce: () => {} });
  await live.listen();
  return {
    live,
    port: live.listeners[0]!.address.port,
    clusterOf: (name: string) => live.clusters.find((cluster) => cluster.name === name)!,
    async reload(wanted: string) {
      const prepared = await live.prepare(load(wanted), new AbortController().signal);
      await prepared.commit();
    },
    [Symbol.asyncDispose]: () => live.destroy(),
  };
}

/** Two endpoints; the first request that either gets stays open until it is broken off, the others are answered. */
async function endpoints() {
  let held: ServerResponse | undefined;
  const servers = [1, 2].map(() =>
    createServer((_request, response) => {
      if (held === undefined) held = response;
      else response.end('answered');
    }).listen(0, '127.0.0.1'),
  );
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const addresses = servers.map((server) => `"127.0.0.1:${(server.address() as AddressInfo).port}"`);
  return {
    cluster: `discovery: { static: [${addresses.join(', ')}] }`,
    isHeld: () => held !== undefined,
    breakOff: () => void held?.destroy(),
    [Symbol.dispose]() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

function isClosed(cluster: Cluster): boolean {
  try {
    using _pick = cluster.pick();
    return false;
  } catch {
    return true;
  }
}

it('after several reloads an open request still has the cluster that it began with, and each is closed in its time', async () => {
  using upstream = await endpoints();
  const { cluster } = upstream;
  const config = (clusters: string): string => `${LISTENER}
clusters: { ${clusters} }
routes: [{ cluster: api }]
`;
  const first = `api: { ${cluster}, strategy: round-robin }`;
  await using proxy = await running(config(first));
  const { clusterOf, reload, port } = proxy;
  const api = clusterOf('api');
  const held = fetch(`http://127.0.0.1:${port}/`);
  await vi.waitUntil(upstream.isHeld);
  await reload(config(`${first}, between: { ${cluster} }`));
  const between = clusterOf('between');
  await reload(config(`api: { ${cluster}, strategy: random }`));
  // No exchange has ever used it, and none that is open could.
  await vi.waitUntil(() => isClosed(between));
  expect(isClosed(api)).toBe(false);
  upstream.breakOff();
  const answer = await held;
  expect([answer.status, await answer.text()]).toEqual([200, 'answered']);
  await vi.waitUntil(() => isClosed(api));
  expect(isClosed(clusterOf('api'))).toBe(false);
});

it('destroy breaks off what listeners have open that a reload has removed', async () => {
  using upstream = await endpoints();
  const config = (more: string): string => `listeners: [{ port: 0, host: 127.0.0.1 }${more}]
clusters: { api: { ${upstream.cluster} } }
routes: [{ cluster: api }]
`;
  await using proxy = await running(config(', { port: 0, host: 127.0.0.1, tcp: { cluster: api } }'));
  const { live, reload } = proxy;
  const client = connect({ port: live.listeners[1]!.address.port, host: '127.0.0.1' });
  const failed = once(client, 'error');
  await vi.waitUntil(() => live.tcp[0]?.active === 1);
  await reload(config(''));
  expect(live.listeners).toHaveLength(1);
  const closed = live.close();
  await live.destroy();
  expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
  await closed;
});
