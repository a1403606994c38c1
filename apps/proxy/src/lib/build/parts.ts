import { dirname } from 'node:path';
import type { StoreEvent } from '@evenkeel/cache';
import type { Cluster } from '@evenkeel/core';
import type {
  ProxyClusterRoute,
  ProxyOptions,
  RouteOptions,
  TcpClusterRoute,
  UpdateOptions,
} from '@evenkeel/proxy';
import type { LoadedConfig } from '../config/load-config.ts';
import { middlewareNames } from '../middleware/registry.ts';
import type { Config } from '../schema/config.ts';
import { type Caches, createCaches } from './caches.ts';
import { buildCluster, clusterRoute, clusterSettings, tcpRoute } from './cluster.ts';
import { type Kept, kept } from './kept.ts';
import { type BuiltMiddleware, createMiddleware } from './middleware.ts';
import { omit } from './omit.ts';
import { pick } from './pick.ts';
import { withBudget } from './with-budget.ts';
import { within } from './within.ts';

type RouteConfig = Config['routes'][number];

/** All that a configuration is made into, but for the proxy in front of it. */
export interface Parts {
  readonly options: UpdateOptions;
  /** What TCP listeners balance over, by the name of the cluster. */
  readonly tcpRoutes: ReadonlyMap<string, TcpClusterRoute>;
  readonly clusters: Kept<object, Cluster>;
  readonly caches: Caches;
  readonly middleware: BuiltMiddleware;
  /** @param except whose clusters, stores and middleware stay in use @default none */
  close(except?: readonly Parts[]): Promise<void>;
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
  'plainPaths',
  'connections',
  'client',
] as const satisfies readonly (keyof ProxyOptions)[];

/** For a configuration in which no listener takes requests. */
const NO_ROUTES: ProxyOptions['routes'] = [{ respond: { status: 404 } }];

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
  const close = async (except: readonly Parts[] = []): Promise<void> => {
    const over = clusters.without(except.map((other) => other.clusters)).map((cluster) => cluster.close());
    await Promise.all([
      caches.close(except.map((other) => other.caches)),
      middleware.close(except.map((other) => other.middleware)),
      ...over,
    ]);
  };
  const routeOf = ({ cache, ...route }: RouteConfig, index: number): RouteOptions => ({
    ...withBudget(omit(route, middlewareNames)),
    middleware: middleware.of(index, route),
    ...(cache && { cache: within(['routes', index, 'cache'], () => caches.of(cache)) }),
  });
  try {
    const routes: Record<string, ProxyClusterRoute> = {};
    const tcpRoutes = new Map<string, TcpClusterRoute>();
    for (const [name, cluster] of Object.entries(config.clusters)) {
      const settings = { name, ...clusterSettings(cluster) };
      const built = clusters.of(settings, () => buildCluster(cluster, { name, file, dry }));
      routes[name] = { ...clusterRoute(cluster, built, file), ...pick(cluster, ['proxyProtocol']) };
      tcpRoutes.set(name, tcpRoute(cluster, built));
    }
    const { client, ...own } = pick(config, PROXY_OPTIONS);
    return {
      clusters,
      caches,
      middleware,
      tcpRoutes,
      close,
      options: {
        ...own,
        ...(client && { client: withBudget(client) }),
        clusters: routes,
        middleware: middleware.unrouted,
        routes: config.routes.length === 0 ? NO_ROUTES : config.routes.map(routeOf),
      },
    };
  } catch (error) {
    void close(before && [before]);
    throw error;
  }
}
