export type { ObservedProxy, ObservedTcpProxy } from './lib/observed-proxy.ts';
export {
  type OpenTelemetryOptions,
  openTelemetry,
  type SpanStarter,
} from './lib/opentelemetry/open-telemetry.ts';
export type {
  ProxyTrace,
  ProxyTracer,
  TracedAttempt,
  TracedEnd,
  TracedExchange,
  TracedUrl,
} from './lib/opentelemetry/traced-proxy.ts';
export { type MetricsSnapshot, mergedMetrics } from './lib/prometheus/merged-metrics.ts';
export {
  type PrometheusMetrics,
  type PrometheusOptions,
  prometheusMetrics,
} from './lib/prometheus/prometheus-metrics.ts';
