import { discoveryWarnings } from '../discovery/registry.ts';
import type { ClusterConfig } from '../schema/cluster.ts';
import { usesStrategy } from '../strategy/registry.ts';
import { type ConfigIssue, formatPath, inOrder } from './config-error.ts';
import type { LoadedConfig } from './load-config.ts';

/** Strategies that pick by the key of a request. */
const BY_KEY = ['ring-hash', 'maglev', 'rendezvous', 'bounded-load', 'sticky'] as const;

/** Middleware that gives requests a key. */
const MAKE_KEYS = ['hashBy', 'stickyCookie'] as const;

/** What a valid configuration allows, and its author has probably not meant. */
export function configWarnings({ file, config, map }: LoadedConfig): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
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
    const reports = cluster.loadReports ?? config.client?.loadReports ?? false;
    const keyed = cluster.hashKey !== undefined || routesWithKeys.has(name);
    for (const message of strategyWarnings(cluster, keyed, reports)) warn(['strategy'], message);
  }
  for (const [index, route] of config.routes.entries()) {
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
