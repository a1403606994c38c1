import { type Cluster, InvalidOptionsError, numberOption } from '@evenkeel/core';
import type { Registry } from 'prom-client';
import type { ObservedProxy } from '../observed-proxy.ts';
import { budgetMetrics } from './budget-metrics.ts';
import { clusterMetrics } from './cluster-metrics.ts';
import { exchangeMetrics } from './exchange-metrics.ts';
import { instruments } from './instruments.ts';
import { loadClient } from './load-client.ts';
import type { MetricsSnapshot } from './merged-metrics.ts';
import { proxyMetrics } from './proxy-metrics.ts';

/** Options of {@link prometheusMetrics}; all have a default. */
export interface PrometheusOptions {
  /** Where the metrics are registered: a `Registry` of prom-client. @default one of their own */
  readonly registry?: MetricsRegistry;
  /** Begins every name. @default 'evenkeel_' */
  readonly prefix?: string;
  /** Upper bounds of the buckets of durations, in seconds, ascending. @default 1 ms to 30 s in 14 steps */
  readonly buckets?: readonly number[];
  /** Whether each endpoint has series of its own: four for each. @default false */
  readonly perEndpoint?: boolean;
  /** Whether CPU, memory, file descriptors, garbage collection and the lag of the event loop are shown, under prom-client's own names. @default true */
  readonly processMetrics?: boolean;
  /** Names of routes after which further ones are counted as `other`. @default 500 */
  readonly maxRoutes?: number;
}

/** Metrics of proxies and clusters; also what `createAdmin({ metrics })` takes. */
export interface PrometheusMetrics extends Disposable {
  readonly contentType: string;
  /** The page for Prometheus, in its text format. */
  metrics(): Promise<string>;
  /** The same as plain data, to be merged with that of other workers. */
  snapshot(): Promise<MetricsSnapshot>;
  /** Counts what a proxy does, until disposed. */
  observeProxy(proxy: ObservedProxy): Disposable;
  /** Shows a cluster, until disposed. */
  observeCluster(cluster: Cluster): Disposable;
}

/** What is used of a `Registry`; structural, so that the types need no library. */
export interface MetricsRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
  getMetricsAsJSON(): Promise<unknown>;
}

const BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Makes metrics for Prometheus. Nothing is counted of a proxy or cluster until it is given to them.
 *
 * @throws InvalidOptionsError naming the option, what it got and what is allowed; EvenkeelError when prom-client is not installed
 */
export async function prometheusMetrics(options: PrometheusOptions = {}): Promise<PrometheusMetrics> {
  const { prefix = 'evenkeel_', buckets = BUCKETS_S } = options;
  if (!/^[a-zA-Z_:][\w:]*$/.test(prefix))
    throw new InvalidOptionsError('prefix', prefix, 'a name such as "evenkeel_"');
  if (buckets.length === 0 || buckets.some((bound, index) => !(bound > (buckets[index - 1] ?? 0)))) {
    throw new InvalidOptionsError('buckets', buckets, 'ascending numbers above 0');
  }
  const maxRoutes = numberOption('maxRoutes', options.maxRoutes, 500, { min: 1, integer: true });
  const client = await loadClient();
  const registry = (options.registry as Registry | undefined) ?? new client.Registry();
  const make = instruments(client, registry, prefix);
  const proxies = proxyMetrics(make, exchangeMetrics(make, buckets, maxRoutes));
  const clusters = clusterMetrics(make, options.perEndpoint ?? false);
  const budgets = budgetMetrics(make);
  if (options.processMetrics ?? true) client.collectDefaultMetrics({ register: registry });
  const observed = new Set<Disposable>();
  const keep = (one: Disposable): Disposable => {
    observed.add(one);
    return {
      [Symbol.dispose]() {
        observed.delete(one);
        one[Symbol.dispose]();
      },
    };
  };
  return {
    contentType: registry.contentType,
    metrics: () => registry.metrics(),
    snapshot: () => registry.getMetricsAsJSON() as unknown as Promise<MetricsSnapshot>,
    observeProxy: (proxy) => keep(proxies.observe(proxy)),
    observeCluster: (cluster) => keep(clusters.observe(cluster)),
    [Symbol.dispose]() {
      for (const one of observed) one[Symbol.dispose]();
      observed.clear();
      budgets[Symbol.dispose]();
    },
  };
}
