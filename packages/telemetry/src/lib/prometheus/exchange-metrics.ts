import type { Counter, Histogram } from 'prom-client';
import type { ExchangeEvent } from '../observed-proxy.ts';
import { boundedLabel } from './bounded-label.ts';
import type { Instruments } from './instruments.ts';

/** Counts exchanges, their attempts and what caches did. */
export interface ExchangeMetrics {
  exchangeEnded(event: ExchangeEvent): void;
}

/** The series of one route and cluster, looked up once. */
interface Series {
  readonly codes: Map<string, Counter.Internal>;
  readonly duration: Histogram.Internal<string>;
  readonly firstByte: Histogram.Internal<string>;
  readonly received: Counter.Internal;
  readonly sent: Counter.Internal;
  readonly attemptDuration: Histogram.Internal<string> | undefined;
}

/**
 * Makes the instruments.
 *
 * @param buckets upper bounds of durations, in seconds
 * @param maxRoutes names of routes after which `other` takes their place
 */
export function exchangeMetrics(
  { counter, histogram }: Instruments,
  buckets: readonly number[],
  maxRoutes: number,
): ExchangeMetrics {
  const by = ['route', 'cluster'] as const;
  const requests = counter('requests_total', 'Exchanges, by the class of their status.', [...by, 'code']);
  const duration = histogram(
    'request_duration_seconds',
    'From the head of a request to the end of its response.',
    by,
    buckets,
  );
  const firstByte = histogram(
    'request_first_byte_seconds',
    'From the head of a request to the head of its response.',
    by,
    buckets,
  );
  const received = counter('request_bytes_total', 'Content of requests.', by);
  const sent = counter('response_bytes_total', 'Content of responses.', by);
  const failures = counter(
    'failures_total',
    'Exchanges that the proxy answered itself or broke off, by reason.',
    [...by, 'reason'],
  );
  const cached = counter('cache_requests_total', 'Requests of routes with a cache, by what it did.', [
    'route',
    'outcome',
  ]);
  const attempts = counter(
    'attempts_total',
    'Tries at endpoints: first, retry or hedge, and how they ended.',
    ['cluster', 'kind', 'outcome'],
  );
  const attemptDuration = histogram(
    'attempt_duration_seconds',
    'From the pick of an endpoint to the end of its response.',
    ['cluster'],
    buckets,
  );
  const attemptFailures = counter(
    'attempt_failures_total',
    'Tries that failed, by reason or class of status.',
    ['cluster', 'reason'],
  );
  const retries = counter('retries_total', 'Retries, by what the try before met.', ['cluster', 'reason']);
  const routeLabel = boundedLabel(maxRoutes);
  const known = new Map<string, Map<string, Series>>();

  const seriesOf = (route: string, cluster: string): Series => {
    const clusters = known.get(route) ?? new Map<string, Series>();
    known.set(route, clusters);
    let series = clusters.get(cluster);
    if (series === undefined) {
      const labels = { route, cluster };
      series = {
        codes: new Map(),
        duration: duration.labels(labels),
        firstByte: firstByte.labels(labels),
        received: received.labels(labels),
        sent: sent.labels(labels),
        attemptDuration: cluster === '' ? undefined : attemptDuration.labels({ cluster }),
      };
      clusters.set(cluster, series);
    }
    return series;
  };
  const countAttempts = (cluster: string, { attemptLog }: ExchangeEvent, series: Series): void => {
    let failed = '';
    for (const { kind, outcome = 'open', status, reason, durationMs } of attemptLog) {
      attempts.inc({ cluster, kind, outcome });
      if (kind === 'retry') retries.inc({ cluster, reason: failed });
      if (outcome === 'failure') {
        failed = reason ?? codeClass(status ?? 0);
        attemptFailures.inc({ cluster, reason: failed });
      }
      series.attemptDuration?.observe(durationMs / 1_000);
    }
  };

  return {
    exchangeEnded(event) {
      const route = routeLabel(event.route ?? '');
      const cluster = event.cluster ?? '';
      const series = seriesOf(route, cluster);
      const code = codeClass(event.status);
      let ofCode = series.codes.get(code);
      if (ofCode === undefined) {
        ofCode = requests.labels({ route, cluster, code });
        series.codes.set(code, ofCode);
      }
      ofCode.inc();
      series.duration.observe(event.durationMs / 1_000);
      if (event.firstByteMs !== undefined) series.firstByte.observe(event.firstByteMs / 1_000);
      series.received.inc(event.requestBytes);
      series.sent.inc(event.responseBytes);
      if (event.reason !== undefined) failures.inc({ route, cluster, reason: event.reason });
      if (event.cacheStatus !== undefined) cached.inc({ route, outcome: event.cacheStatus });
      countAttempts(cluster, event, series);
    },
  };
}

function codeClass(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}
