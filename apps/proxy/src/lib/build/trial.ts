import { createCluster } from '@evenkeel/core';
import { createHttpClient, type HttpClientOptions } from '@evenkeel/http-client';
import { createProxy, createTcpProxy, type ProxyOptions, type RouteOptions } from '@evenkeel/proxy';
import { roundRobin } from '@evenkeel/strategies';
import type { CacheConfig } from '../cache/schema.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { MiddlewareConfig } from '../middleware/registry.ts';
import type { ClusterConfig } from '../schema/cluster.ts';
import type { RetryConfig } from '../schema/policy.ts';
import type { TcpConfig } from '../schema/tcp.ts';
import { createCaches } from './caches.ts';
import { buildCluster, clusterRoute } from './cluster.ts';
import { createMiddleware, type MiddlewareSources } from './middleware.ts';
import { buildParts } from './parts.ts';
import { silent } from './silent.ts';
import { tcpOptions } from './tcp.ts';
import { withBudget } from './with-budget.ts';
import { OptionError, within } from './within.ts';

/** Options with retries as a configuration has them. */
type Configured<T> = Omit<T, 'retry'> & { readonly retry?: RetryConfig | false };

/*
 * Each builds one part of a configuration and takes it down again. Nothing is asked of a registry, and no port is bound.
 */

/** @throws InvalidOptionsError or OptionError when the cluster, or what sends requests to it, refuses an option */
export async function tryCluster(name: string, config: ClusterConfig, file: string): Promise<void> {
  const place = <T>(make: () => T): T => within(['clusters', name], make);
  const cluster = place(() => buildCluster(config, { name, file, dry: true }));
  try {
    const route = place(() => clusterRoute(config, cluster, file));
    await createHttpClient({ clusters: { [name]: route } }).close();
  } finally {
    await cluster.close();
  }
}

/** @throws InvalidOptionsError or OptionError when a cache refuses an option */
export async function tryCache(config: CacheConfig, file: string): Promise<void> {
  const caches = createCaches({ file, dry: true, name: 'any', onEvent: () => {} });
  caches.of(config);
  await caches.close();
}

/** @throws InvalidOptionsError or OptionError when a middleware refuses an option */
export async function tryMiddleware(config: MiddlewareConfig, sources: MiddlewareSources): Promise<void> {
  await createMiddleware(config, sources).close();
}

/** @throws InvalidOptionsError when a client refuses an option */
export async function tryClient(options: Configured<Omit<HttpClientOptions, 'clusters'>>): Promise<void> {
  await using cluster = anyCluster();
  await createHttpClient({ ...withBudget(options), clusters: [cluster] }).close();
}

/** @throws InvalidOptionsError when a route, whose clusters there are, refuses an option */
export async function tryRoute(route: Configured<Omit<RouteOptions, 'cache'>>): Promise<void> {
  const names = [route.cluster, route.mirror?.cluster, ...(route.split ?? []).map(({ cluster }) => cluster)];
  const clusters = [...new Set(['any', ...names])].flatMap((name) =>
    name === undefined ? [] : [anyCluster(name)],
  );
  try {
    const proxy = within([], () => createProxy({ routes: [withBudget(route)], clusters }));
    await proxy.close({ graceMs: 0 });
  } catch (error) {
    // Of a list with this route alone.
    throw error instanceof OptionError ? new OptionError(error.path.slice(2), error.message) : error;
  } finally {
    await Promise.all(clusters.map((cluster) => cluster.close()));
  }
}

/** @throws OptionError when a TCP listener, whose clusters there are, refuses an option */
export async function tryTcp(config: TcpConfig): Promise<void> {
  await using cluster = anyCluster();
  const names = [config.cluster, ...Object.values(config.serverNames ?? {})];
  const clusters = new Map(
    names.flatMap((name) => (name === undefined ? [] : [[name, { cluster }] as const])),
  );
  await within([], () => createTcpProxy(tcpOptions(config, clusters))).close();
}

/** @throws InvalidOptionsError when the proxy itself refuses an option */
export async function tryProxy(options: Omit<ProxyOptions, 'clusters' | 'routes'>): Promise<void> {
  await using cluster = anyCluster();
  const routes = [{ cluster: cluster.name }];
  await createProxy({ ...options, routes, clusters: [cluster] }).close({ graceMs: 0 });
}

/** @throws InvalidOptionsError or OptionError when the whole is refused, whose parts are in order */
export async function tryAll(loaded: LoadedConfig): Promise<void> {
  const parts = buildParts(loaded, { dry: true });
  try {
    await createProxy(parts.options).close({ graceMs: 0 });
  } finally {
    await parts.close();
  }
}

function anyCluster(name = 'any') {
  return createCluster({ name, discovery: silent, strategy: roundRobin() });
}
