export type { ObservedProxy } from './lib/observed-proxy.ts';
export { type MetricsSnapshot, mergedMetrics } from './lib/prometheus/merged-metrics.ts';
export {
  type PrometheusMetrics,
  type PrometheusOptions,
  prometheusMetrics,
} from './lib/prometheus/prometheus-metrics.ts';
