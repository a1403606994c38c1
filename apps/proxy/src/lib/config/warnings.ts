import { discoveryWarnings } from '../discovery/registry.ts';
import type { ClusterConfig } from '../schema/cluster.ts';
import { usesStrategy } from '../strategy/registry.ts';
import { type ConfigIssue, formatPath, inOrder } from './config-error.ts';
import type { LoadedConfig } from './load-config.ts';

/** Strategies that pick by the key of a request. */
const BY_KEY = ['ring-hash', 'maglev', 'rendezvous', 'bounded-load', 'sticky'] as const;

/** Strategies that pass over weights, and those that do the same by weight. */
const WITHOUT_WEIGHTS = [
  ['round-robin', 'smooth-weighted-round-robin'],
  ['random', 'weighted-random'],
] as const;

/** Middleware that may hide from a cache whose answer it is. */
const LOGINS = ['basicAuth', 'jwtAuth'] as const;
/** Middleware that gives requests a key. */
const MAKE_KEYS = ['hashBy', 'stickyCookie'] as const;

/** What a valid configuration allows, and its author has probably not meant. */
export function configWarnings({ file, config, map }: LoadedConfig): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const byTcp = new Set(
    config.listeners.flatMap(({ tcp }) => [tcp?.cluster, ...Object.values(tcp?.serverNames ?? {})]),
  );
  const add = (path: readonly PropertyKey[], message: string): void => {
    issues.push({ position: map.valueAt(path), path: formatPath(path), message });
  };
  const routesWithKeys = new Set(
    config.routes
      .filter((route) => MAKE_KEYS.some((key) => route[key] !== undefined))
      .flatMap(({ cluster, split = [] }) => [cluster, ...split.map((part) => part.cluster)]),
  );
  for (const [name, cluster] of Object.entries(config.clusters)) {
    const warn = (path: readonly PropertyKey[], message: string): void => {
      add(['clusters', name, ...path], message);
    };
    for (const { path, message } of discoveryWarnings(cluster.discovery, file)) {
      warn(['discovery', ...path], message);
    }
    for (const message of weightWarnings(cluster)) warn(['strategy'], message);
    // TCP connections have a key in any case: the client's address.
    if (byTcp.has(name)) continue;
    const reports = cluster.loadReports ?? config.client?.loadReports ?? false;
    const keyed = cluster.hashKey !== undefined || routesWithKeys.has(name);
    for (const message of strategyWarnings(cluster, keyed, reports)) warn(['strategy'], message);
  }
  for (const [index, route] of config.routes.entries()) {
    for (const name of LOGINS) {
      const { forward = true } = (route[name] || config[name] || {}) as { readonly forward?: boolean };
      if (route.cache === undefined || route[name] === false || forward) continue;
      add(
        ['routes', index, 'cache'],
        `shares what it keeps among all who may pass ${name}, as that has forward: false`,
      );
    }
    const { cluster, split = [], stickyCookie } = route;
    const names = [cluster, ...split.map((part) => part.cluster)];
    const isSticky = names.some((name) => {
      const strategy = name === undefined ? undefined : config.clusters[name]?.strategy;
      return strategy !== undefined && usesStrategy(strategy, 'sticky');
    });
    if (!stickyCookie || isSticky) continue;
    add(['routes', index, 'stickyCookie'], 'leads nowhere without strategy: sticky at the cluster');
  }
  return inOrder(issues);
}

function* weightWarnings({ strategy, discovery }: ClusterConfig): Iterable<string> {
  if (strategy === undefined || new Set(weightsOf(discovery)).size < 2) return;
  for (const [plain, weighted] of WITHOUT_WEIGHTS) {
    if (!usesStrategy(strategy, plain)) continue;
    yield `${plain} passes over the weights of endpoints, ${weighted} goes by them`;
  }
}

/** Those of endpoints that are written down. */
function weightsOf({ static: endpoints, merge }: ClusterConfig['discovery']): number[] {
  if (Array.isArray(merge)) return merge.flatMap(weightsOf);
  if (!Array.isArray(endpoints)) return [];
  return endpoints.map((endpoint: { readonly weight?: number }) => endpoint.weight ?? 1);
}

function* strategyWarnings(
  { strategy }: ClusterConfig,
  keyed: boolean,
  loadReports: boolean,
): Iterable<string> {
  if (strategy === undefined) return;
  const byKey = BY_KEY.find((name) => usesStrategy(strategy, name));
  if (byKey !== undefined && !keyed) {
    yield `${byKey} without a hashKey sends requests anywhere, set hashKey: { header: … } or hashBy at its routes`;
  }
  if (!loadReports && usesStrategy(strategy, 'reported-load')) {
    yield 'reported-load without loadReports: true never sees a report and is a round robin';
  }
}
