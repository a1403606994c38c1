import type { Cluster } from '@evenkeel/core';
import type { ReverseProxy, TcpProxy } from '@evenkeel/proxy';
import { type AdminTarget, localTarget, type PurgeStore } from '@evenkeel/proxy/admin';
import { type PrometheusMetrics, prometheusMetrics } from '@evenkeel/telemetry';
import type { LoadedConfig } from '../config/load-config.ts';
import { followEach } from './follow-each.ts';

/** The running proxy that an operator looks at. What functions give may change. */
export interface Operated {
  readonly proxy: ReverseProxy;
  /** Those of listeners for TCP connections. */
  readonly tcp: () => readonly TcpProxy[];
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
  /** Takes the clusters and TCP listeners in use, after they may have changed. */
  follow(): void;
}

/** Begins to observe. Without an admin API nobody would look at metrics, and none are counted. */
export async function observe(operated: Operated): Promise<Observation> {
  const { admin, metrics: wanted = {} } = operated.loaded().config;
  const metrics = admin === undefined || wanted === false ? undefined : await prometheusMetrics(wanted);
  const clusters = metrics && followEach(metrics.observeCluster);
  const tcp = metrics && followEach(metrics.observeTcpProxy);
  const follow = (): void => {
    clusters?.(operated.clusters());
    tcp?.(operated.tcp());
  };
  metrics?.observeProxy(operated.proxy);
  follow();
  return {
    target: localTarget(operated),
    metrics,
    follow,
    [Symbol.dispose]: () => metrics?.[Symbol.dispose](),
  };
}
