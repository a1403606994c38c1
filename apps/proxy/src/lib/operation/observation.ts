import type { Cluster } from '@evenkeel/core';
import type { ReverseProxy } from '@evenkeel/proxy';
import { type AdminTarget, localTarget, type PurgeStore } from '@evenkeel/proxy/admin';
import { type PrometheusMetrics, prometheusMetrics } from '@evenkeel/telemetry';
import type { LoadedConfig } from '../config/load-config.ts';

/** The running proxy that an operator looks at. What functions give may change. */
export interface Operated {
  readonly proxy: ReverseProxy;
  readonly clusters: () => readonly Cluster[];
  readonly stores: () => readonly PurgeStore[];
  /** The configuration in use. */
  readonly loaded: () => LoadedConfig;
  /** Tells workers apart. @default '0' */
  readonly id?: string;
}

/** What one process knows of its proxy, for an admin API here or in another process. */
export interface Observation extends Disposable {
  readonly target: AdminTarget;
  /** Undefined where the configuration of the start wants none. */
  readonly metrics: PrometheusMetrics | undefined;
  /** Takes the clusters in use, after they may have changed. */
  follow(): void;
}

/** Begins to observe. Without an admin API nobody would look at metrics, and none are counted. */
export async function observe(operated: Operated): Promise<Observation> {
  const { admin, metrics: wanted = {} } = operated.loaded().config;
  const metrics = admin === undefined || wanted === false ? undefined : await prometheusMetrics(wanted);
  const clusters = metrics && followClusters(metrics);
  const follow = (): void => clusters?.(operated.clusters());
  metrics?.observeProxy(operated.proxy);
  follow();
  return {
    target: localTarget(operated),
    metrics,
    follow,
    [Symbol.dispose]: () => metrics?.[Symbol.dispose](),
  };
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
