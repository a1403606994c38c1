import { type Cluster, formatAddress } from '@evenkeel/core';
import type { ReverseProxy } from '@evenkeel/proxy';
import { type Admin, createAdmin, localTarget, type PurgeStore } from '@evenkeel/proxy/admin';
import { type PrometheusMetrics, prometheusMetrics } from '@evenkeel/telemetry';
import type { LoadedConfig } from '../config/load-config.ts';

/** The running proxy that an operator looks at. What functions give may change. */
export interface Operated {
  readonly proxy: ReverseProxy;
  readonly clusters: () => readonly Cluster[];
  readonly stores: () => readonly PurgeStore[];
  /** The configuration in use. */
  readonly loaded: () => LoadedConfig;
}

/** What an operator has of a running proxy: the admin API and metrics. */
export interface Operation {
  /** Takes the clusters in use, after they may have changed. */
  follow(): void;
  /**
   * Begins to listen; undefined where the configuration has no admin API.
   *
   * @throws the system's error, such as `EADDRINUSE`
   */
  listen(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Makes it, as the configuration of the start says. */
export async function createOperation(operated: Operated): Promise<Operation> {
  const { admin: settings, metrics: wanted } = operated.loaded().config;
  if (settings === undefined)
    return { follow: () => {}, listen: async () => undefined, close: async () => {} };
  const metrics = wanted === false ? undefined : await prometheusMetrics(wanted ?? {});
  const clusters = metrics && followClusters(metrics);
  metrics?.observeProxy(operated.proxy);
  const admin = createAdmin({
    target: localTarget(operated),
    ...(metrics && { metrics }),
    ...(settings.token !== undefined && { token: settings.token }),
    ...(settings.hosts && { hosts: settings.hosts }),
    config: () => operated.loaded().written,
  });
  const follow = (): void => clusters?.(operated.clusters());
  follow();
  return {
    follow,
    listen: () => listen(admin, settings),
    async close() {
      await admin.close();
      metrics?.[Symbol.dispose]();
    },
  };
}

async function listen(admin: Admin, where: NonNullable<LoadedConfig['config']['admin']>): Promise<string> {
  const { port, host } = where;
  const { address, port: bound } = await admin.listen({ port, ...(host !== undefined && { host }) });
  return `http://${formatAddress(address, bound)}`;
}

/** Observes the clusters that are in use, each once. */
function followClusters(metrics: PrometheusMetrics): (clusters: readonly Cluster[]) => void {
  const observed = new Map<Cluster, Disposable>();
  return (clusters) => {
    for (const [cluster, observation] of observed) {
      if (clusters.includes(cluster)) continue;
      observation[Symbol.dispose]();
      observed.delete(cluster);
    }
    for (const cluster of clusters) {
      if (!observed.has(cluster)) observed.set(cluster, metrics.observeCluster(cluster));
    }
  };
}
