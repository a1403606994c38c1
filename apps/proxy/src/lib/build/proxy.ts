import { dirname } from 'node:path';
import type { CacheStore, StoreEvent } from '@evenkeel/cache';
import type { Cluster } from '@evenkeel/core';
import { createProxy, type ProxyOptions, type ReverseProxy, type TcpProxy } from '@evenkeel/proxy';
import type { LoadedConfig } from '../config/load-config.ts';
import { middlewareNames } from '../middleware/registry.ts';
import { createCaches } from './caches.ts';
import { buildCluster } from './cluster.ts';
import { createMiddleware } from './middleware.ts';
import { omit } from './omit.ts';
import { pick } from './pick.ts';
import { buildTcpProxy } from './tcp.ts';
import { within } from './within.ts';

/** A proxy with its clusters and caches, all of which live and end together. */
export interface BuiltProxy {
  readonly proxy: ReverseProxy;
  /** Those of the listeners that balance TCP connections, by the index of the listener. */
  readonly tcp: ReadonlyMap<number, TcpProxy>;
  readonly clusters: readonly Cluster[];
  /** The stores of the caches of its routes. */
  readonly stores: readonly CacheStore[];
  close(): Promise<void>;
}

/** The options that are the same in the configuration and in code. */
export const PROXY_OPTIONS = [
  'name',
  'trustedProxies',
  'trustedHops',
  'forwarded',
  'requestId',
  'clientCertificateHeader',
  'upgrades',
  'maxTargetLength',
  'maxHeaders',
  'connections',
  'client',
] as const satisfies readonly (keyof ProxyOptions)[];

/** For a configuration in which no listener takes requests. */
const NO_ROUTES: ProxyOptions['routes'] = [{ respond: { status: 404 } }];

/** How a proxy is built. */
export interface BuildOptions {
  /** Follows exchanges. @default none */
  readonly tracer?: ProxyOptions['tracer'] | undefined;
  /** Asks no registry and no store. @default false */
  readonly dry?: boolean;
  /** Hears of what happens to the stores of caches. @default nobody */
  readonly onStoreEvent?: (event: StoreEvent) => void;
  /** Hears of what goes wrong in middleware while requests go on. @default nobody */
  readonly onMiddlewareError?: (error: unknown) => void;
}

/**
 * Builds the proxy of a configuration; its clusters start at once.
 *
 * @throws InvalidOptionsError or OptionError when the configuration was not checked
 */
export function buildProxy(
  { config, file }: LoadedConfig,
  { dry = false, onStoreEvent = () => {}, onMiddlewareError = () => {}, tracer }: BuildOptions = {},
): BuiltProxy {
  const caches = createCaches({ file, dry, name: config.name ?? 'evenkeel', onEvent: onStoreEvent });
  const middleware = createMiddleware(config, {
    baseDir: dirname(file),
    dry,
    clusters: config.clusters,
    onError: onMiddlewareError,
  });
  const built = Object.entries(config.clusters).map(
    ([name, cluster]) => [name, buildCluster(cluster, { name, file, dry })] as const,
  );
  const clusters = built.map(([, { cluster }]) => cluster);
  const tcpRoutes = new Map(built.map(([name, { tcp }]) => [name, tcp] as const));
  const tcp = new Map<number, TcpProxy>();
  for (const [index, listener] of config.listeners.entries()) {
    if (listener.tcp === undefined) continue;
    const options = listener.tcp;
    tcp.set(
      index,
      within(['listeners', index, 'tcp'], () => buildTcpProxy(options, tcpRoutes)),
    );
  }
  const routes = config.routes.map(({ cache, ...route }, index) => ({
    ...omit(route, middlewareNames),
    middleware: middleware.of(index, route),
    ...(cache && { cache: within(['routes', index, 'cache'], () => caches.of(cache)) }),
  }));
  const proxy = createProxy({
    ...(tracer && { tracer }),
    ...pick(config, PROXY_OPTIONS),
    middleware: middleware.unrouted,
    routes: config.routes.length === 0 ? NO_ROUTES : routes,
    clusters: Object.fromEntries(
      built.map(([name, { route, tcp }]) => [name, { ...route, ...pick(tcp, ['proxyProtocol']) }]),
    ),
  });
  return {
    proxy,
    tcp,
    clusters,
    stores: caches.stores,
    async close() {
      await Promise.all([proxy, ...tcp.values()].map((one) => one.close({ graceMs: 0 })));
      await Promise.all([caches.close(), middleware.close(), ...clusters.map((cluster) => cluster.close())]);
    },
  };
}
