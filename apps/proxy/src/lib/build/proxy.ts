import { dirname } from 'node:path';
import type { CacheStore, StoreEvent } from '@evenkeel/cache';
import type { Cluster } from '@evenkeel/core';
import { createProxy, type ProxyOptions, type ReverseProxy } from '@evenkeel/proxy';
import type { LoadedConfig } from '../config/load-config.ts';
import { middlewareNames } from '../middleware/registry.ts';
import { createCaches } from './caches.ts';
import { buildCluster } from './cluster.ts';
import { createMiddleware } from './middleware.ts';
import { omit } from './omit.ts';
import { pick } from './pick.ts';
import { withBudget } from './with-budget.ts';
import { within } from './within.ts';

/** A proxy with its clusters and caches, all of which live and end together. */
export interface BuiltProxy {
  readonly proxy: ReverseProxy;
  readonly clusters: readonly Cluster[];
  /** The stores of the caches of its routes. */
  readonly stores: readonly CacheStore[];
  close(): Promise<void>;
}

/** The options that are the same in the configuration and in code. */
export const PROXY_OPTIONS = [
  'name',
  'trustedProxies',
  'upgrades',
  'maxTargetLength',
  'maxHeaders',
  'connections',
  'client',
] as const satisfies readonly (keyof ProxyOptions)[];

/** How a proxy is built. */
export interface BuildOptions {
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
  { dry = false, onStoreEvent = () => {}, onMiddlewareError = () => {} }: BuildOptions = {},
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
  const { client, ...own } = pick(config, PROXY_OPTIONS);
  const proxy = createProxy({
    ...own,
    ...(client && { client: withBudget(client) }),
    middleware: middleware.unrouted,
    routes: config.routes.map(({ cache, ...route }, index) => ({
      ...withBudget(omit(route, middlewareNames)),
      middleware: middleware.of(index, route),
      ...(cache && { cache: within(['routes', index, 'cache'], () => caches.of(cache)) }),
    })),
    clusters: Object.fromEntries(built.map(([name, { route }]) => [name, route])),
  });
  return {
    proxy,
    clusters,
    stores: caches.stores,
    async close() {
      await proxy.close({ graceMs: 0 });
      await Promise.all([caches.close(), middleware.close(), ...clusters.map((cluster) => cluster.close())]);
    },
  };
}
