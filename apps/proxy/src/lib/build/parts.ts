import { dirname } from 'node:path';
import type { StoreEvent } from '@evenkeel/cache';
import type { Cluster } from '@evenkeel/core';
import type { ProxyOptions, UpdateOptions } from '@evenkeel/proxy';
import type { LoadedConfig } from '../config/load-config.ts';
import { middlewareNames } from '../middleware/registry.ts';
import type { ClusterConfig } from '../schema/cluster.ts';
import { type Caches, createCaches } from './caches.ts';
import { buildCluster, clusterRoute, clusterSettings } from './cluster.ts';
import { type Kept, kept } from './kept.ts';
import { type BuiltMiddleware, createMiddleware } from './middleware.ts';
import { omit } from './omit.ts';
import { pick } from './pick.ts';
import { within } from './within.ts';

/** All that a configuration is made into, but for the proxy in front of it. */
export interface Parts {
  readonly options: UpdateOptions;
  readonly clusters: Kept<object, Cluster>;
  readonly caches: Caches;
  readonly middleware: BuiltMiddleware;
  /** @param except whose clusters, stores and middleware stay in use */
  close(except?: Parts): Promise<void>;
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

/** How parts are built. */
export interface PartsOptions {
  /** Asks no registry and no store. @default false */
  readonly dry?: boolean;
  /** Hears of what happens to the stores of caches. @default nobody */
  readonly onStoreEvent?: (event: StoreEvent) => void;
  /** Hears of what goes wrong in middleware while requests go on. @default nobody */
  readonly onMiddlewareError?: (error: unknown) => void;
  /** Parts that are taken over where their settings are the same. @default none */
  readonly before?: Parts | undefined;
}

/**
 * Builds what a configuration describes; clusters that are new start at once.
 *
 * @throws InvalidOptionsError or OptionError when the configuration was not checked; nothing is left open then
 */
export function buildParts(loaded: LoadedConfig, options: PartsOptions = {}): Parts {
  const { config, file } = loaded;
  const { dry = false, onStoreEvent = () => {}, onMiddlewareError = () => {}, before } = options;
  const clusters = kept(before?.clusters);
  const caches = createCaches(
    { file, dry, name: config.name ?? 'evenkeel', onEvent: onStoreEvent },
    before?.caches,
  );
  const middleware = createMiddleware(
    config,
    { baseDir: dirname(file), dry, clusters: config.clusters, onError: onMiddlewareError },
    before?.middleware,
  );
  const close = async (except?: Parts): Promise<void> => {
    const over = clusters.without(except?.clusters).map((cluster) => cluster.close());
    await Promise.all([caches.close(except?.caches), middleware.close(except?.middleware), ...over]);
  };
  const routeOf = (name: string, cluster: ClusterConfig) => {
    const settings = { name, ...clusterSettings(cluster) };
    const built = clusters.of(settings, () => buildCluster(cluster, { name, file, dry }));
    return clusterRoute(cluster, built);
  };
  try {
    return {
      clusters,
      caches,
      middleware,
      close,
      options: {
        ...pick(config, PROXY_OPTIONS),
        clusters: Object.fromEntries(
          Object.entries(config.clusters).map(([name, cluster]) => [name, routeOf(name, cluster)]),
        ),
        middleware: middleware.unrouted,
        routes: config.routes.map(({ cache, ...route }, index) => ({
          ...omit(route, middlewareNames),
          middleware: middleware.of(index, route),
          ...(cache && { cache: within(['routes', index, 'cache'], () => caches.of(cache)) }),
        })),
      },
    };
  } catch (error) {
    void close(before);
    throw error;
  }
}
