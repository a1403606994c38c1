import type { Cluster } from '@evenkeel/core';
import { createProxy, type ProxyOptions, type ReverseProxy } from '@evenkeel/proxy';
import type { LoadedConfig } from '../config/load-config.ts';
import { buildCluster } from './cluster.ts';
import { pick } from './pick.ts';

/** A proxy with its clusters, all of which live and end together. */
export interface BuiltProxy {
  readonly proxy: ReverseProxy;
  readonly clusters: readonly Cluster[];
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

/**
 * Builds the proxy of a configuration; its clusters start at once.
 *
 * @param dry asks no registry
 * @throws InvalidOptionsError or OptionError when the configuration was not checked
 */
export function buildProxy({ config, file }: LoadedConfig, { dry = false } = {}): BuiltProxy {
  const built = Object.entries(config.clusters).map(
    ([name, cluster]) => [name, buildCluster(cluster, { name, file, dry })] as const,
  );
  const clusters = built.map(([, { cluster }]) => cluster);
  const proxy = createProxy({
    ...pick(config, PROXY_OPTIONS),
    routes: config.routes,
    clusters: Object.fromEntries(built.map(([name, { route }]) => [name, route])),
  });
  return {
    proxy,
    clusters,
    async close() {
      await proxy.close({ graceMs: 0 });
      await Promise.all(clusters.map((cluster) => cluster.close()));
    },
  };
}
