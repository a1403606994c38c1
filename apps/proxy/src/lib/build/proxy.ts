import type { Cluster } from '@evenkeel/core';
import { createProxy, type ProxyOptions, type ReverseProxy } from '@evenkeel/proxy';
import { ConfigError, type ConfigIssue, formatPath } from '../config/config-error.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { type BuiltCluster, buildCluster } from './cluster.ts';
import { pick } from './pick.ts';
import { OptionError, within } from './within.ts';

/** A proxy with its clusters, all of which live and end together. */
export interface BuiltProxy {
  readonly proxy: ReverseProxy;
  readonly clusters: readonly Cluster[];
  close(): Promise<void>;
}

const SAME = [
  'name',
  'trustedProxies',
  'upgrades',
  'maxTargetLength',
  'maxHeaders',
  'connections',
  'client',
] as const satisfies readonly (keyof ProxyOptions)[];

/**
 * Builds the proxy of a checked configuration.
 *
 * @param dry builds everything without asking registries, to find what the schema cannot see
 * @throws ConfigError with everything that is wrong
 */
export async function buildProxy(loaded: LoadedConfig, { dry = false } = {}): Promise<BuiltProxy> {
  const { config, file } = loaded;
  const issues: ConfigIssue[] = [];
  const built = new Map<string, BuiltCluster>();
  const attempt = <T>(path: readonly PropertyKey[], make: () => T): T | undefined => {
    try {
      return within(path, make);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      issues.push({
        position: loaded.map.valueAt(error.path),
        path: formatPath(error.path),
        message: error.message,
      });
      return undefined;
    }
  };
  for (const [name, cluster] of Object.entries(config.clusters)) {
    const one = attempt(['clusters', name], () => buildCluster(cluster, { name, file, dry }));
    if (one !== undefined) built.set(name, one);
  }
  const clusters = [...built.values()].map(({ cluster }) => cluster);
  const closeClusters = async (): Promise<void> => {
    await Promise.all(clusters.map((cluster) => cluster.close()));
  };
  const complete = issues.length === 0;
  const routes = Object.fromEntries([...built].map(([name, { route }]) => [name, route]));
  const proxy = complete
    ? attempt([], () => createProxy({ ...pick(config, SAME), routes: config.routes, clusters: routes }))
    : undefined;
  if (proxy === undefined) {
    await closeClusters();
    throw new ConfigError(file, issues);
  }
  return {
    proxy,
    clusters,
    async close() {
      await proxy.close({ graceMs: 0 });
      await closeClusters();
    },
  };
}
