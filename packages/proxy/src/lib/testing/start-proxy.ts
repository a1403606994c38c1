import { type Cluster, createCluster, staticDiscovery } from '@evenkeel/core';
import type { HttpClusterRoute } from '@evenkeel/http-client';
import type { ExchangeEnded } from '../events/exchange-ended.ts';
import { createProxy, type ReverseProxy } from '../proxy.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import type { ListenOptions } from '../transports/listen-options.ts';
import { inOrder } from './in-order.ts';

/** A proxy that listens on loopback, in front of one cluster `api`. */
export interface TestProxy extends AsyncDisposable {
  readonly proxy: ReverseProxy;
  readonly port: number;
  readonly cluster: Cluster;
  /** Everything the proxy has told so far. */
  readonly events: ExchangeEnded[];
  /** Resolves with the n-th event, counted from 0. */
  event(n: number): Promise<ExchangeEnded>;
}

/** Starts a proxy whose cluster has the given ports as endpoints, each request tried once unless options say more. */
export async function startProxy(
  ports: readonly number[],
  options: Partial<ProxyOptions> = {},
  where: Partial<ListenOptions> = {},
  route: Partial<HttpClusterRoute> = {},
): Promise<TestProxy> {
  const cluster = createCluster({
    name: 'api',
    discovery: staticDiscovery(ports.map((port) => `127.0.0.1:${port}`)),
    strategy: inOrder(),
    outlierDetection: false,
  });
  const proxy = createProxy({
    routes: [{ cluster: 'api' }],
    clusters: { api: { cluster, ...route } },
    client: { retry: false },
    ...options,
  });
  const events: ExchangeEnded[] = [];
  const waiting = new Set<() => void>();
  proxy.subscribe((event) => {
    if (event.type !== 'exchangeEnded') return;
    events.push(event);
    for (const check of waiting) check();
  });
  const { port } = await proxy.listen({ port: 0, host: '127.0.0.1', ...where });
  return {
    proxy,
    port,
    cluster,
    events,
    event: (n) =>
      new Promise((resolve) => {
        const check = (): void => {
          const event = events[n];
          if (event !== undefined) resolve(event);
        };
        waiting.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      await proxy.close({ graceMs: 0 });
      await cluster.close();
    },
  };
}
