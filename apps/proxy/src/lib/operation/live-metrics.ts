import type { Cluster } from '@evenkeel/core';
import type { ReverseProxy } from '@evenkeel/proxy';
import { type PrometheusMetrics, prometheusMetrics } from '@evenkeel/telemetry';
import type { Config } from '../schema/config.ts';

/** Metrics of a proxy whose clusters change. */
export interface LiveMetrics extends Disposable {
  readonly metrics: PrometheusMetrics;
  /** Takes the clusters in use, after they may have changed. */
  follow(): void;
}

/** What is counted. */
export interface Counted {
  readonly proxy: ReverseProxy;
  readonly clusters: readonly Cluster[];
}

/** Makes the metrics of a proxy; undefined where nobody could ask for them. */
export async function liveMetrics(counted: Counted, config: Config): Promise<LiveMetrics | undefined> {
  if (config.admin === undefined || config.metrics === false) return undefined;
  const metrics = await prometheusMetrics(config.metrics ?? {});
  metrics.observeProxy(counted.proxy);
  const observed = new Map<Cluster, Disposable>();
  const follow = (): void => {
    const { clusters } = counted;
    for (const [cluster, observation] of observed) {
      if (clusters.includes(cluster)) continue;
      observation[Symbol.dispose]();
      observed.delete(cluster);
    }
    for (const cluster of clusters) {
      if (!observed.has(cluster)) observed.set(cluster, metrics.observeCluster(cluster));
    }
  };
  follow();
  return { metrics, follow, [Symbol.dispose]: () => metrics[Symbol.dispose]() };
}
