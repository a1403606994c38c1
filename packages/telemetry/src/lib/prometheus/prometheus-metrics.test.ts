import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cache, createCacheStore } from '@evenkeel/cache';
import { createCluster, staticDiscovery } from '@evenkeel/core';
import { createProxy } from '@evenkeel/proxy';
import { leastRequest } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import { type MetricFamily, parseExposition } from '../exposition/parse-exposition.ts';
import type { ExchangeEvent, ObservedEvent } from '../observed-proxy.ts';
import { mergedMetrics } from './merged-metrics.ts';
import { type PrometheusOptions, prometheusMetrics } from './prometheus-metrics.ts';

/** The value of one series; undefined when there is none. */
function value(page: ReadonlyMap<string, MetricFamily>, name: string, labels: Record<string, string> = {}) {
  const family = page.get(name) ?? page.get(name.replace(/_(?:bucket|sum|count)$/, ''));
  return family?.samples.find(
    (sample) =>
      sample.name === name &&
      JSON.stringify(Object.entries(sample.labels).toSorted()) ===
        JSON.stringify(Object.entries(labels).toSorted()),
  )?.value;
}

const exchange = (fields: Partial<ExchangeEvent> = {}): ExchangeEvent => ({
  type: 'exchangeEnded',
  route: 'r',
  cluster: 'c',
  status: 200,
  reason: undefined,
  cacheStatus: undefined,
  attemptLog: [],
  requestBytes: 1,
  responseBytes: 10,
  firstByteMs: 3,
  durationMs: 30,
  ...fields,
});

/** Metrics of a proxy that says what the test wants. */
async function observing(options: PrometheusOptions = {}) {
  const metrics = await prometheusMetrics({ processMetrics: false, ...options });
  const listeners = new Set<(event: ObservedEvent) => void>();
  const observation = metrics.observeProxy({
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    inspect: () => ({ active: 4, listeners: [{ address: '::', port: 80, connections: 7 }] }),
  });
  return {
    metrics,
    observation,
    listeners,
    tell: (event: ObservedEvent) => {
      for (const listener of listeners) listener(event);
    },
    page: async () => parseExposition(await metrics.metrics()),
  };
}

describe('exchanges', () => {
  it('are counted by route, cluster and class, with durations and bytes', async () => {
    const it = await observing({ buckets: [0.01, 0.1] });
    it.tell(exchange());
    it.tell(exchange({ status: 404, durationMs: 200 }));
    it.tell(exchange({ status: 204, firstByteMs: undefined, route: undefined, cluster: undefined }));
    const page = await it.page();
    const by = { route: 'r', cluster: 'c' };
    expect(value(page, 'evenkeel_requests_total', { ...by, code: '2xx' })).toBe(1);
    expect(value(page, 'evenkeel_requests_total', { ...by, code: '4xx' })).toBe(1);
    expect(value(page, 'evenkeel_requests_total', { route: '', cluster: '', code: '2xx' })).toBe(1);
    expect(value(page, 'evenkeel_request_duration_seconds_bucket', { ...by, le: '0.01' })).toBe(0);
    expect(value(page, 'evenkeel_request_duration_seconds_bucket', { ...by, le: '0.1' })).toBe(1);
    expect(value(page, 'evenkeel_request_duration_seconds_count', by)).toBe(2);
    expect(value(page, 'evenkeel_request_first_byte_seconds_sum', by)).toBeCloseTo(0.006);
    expect(value(page, 'evenkeel_request_bytes_total', by)).toBe(2);
    expect(value(page, 'evenkeel_response_bytes_total', by)).toBe(20);
  });

  it('tell of failures, attempts and retries with their reasons, and of hedges', async () => {
    const it = await observing();
    const attempt = { status: undefined, reason: undefined, durationMs: 5 };
    it.tell(
      exchange({
        status: 502,
        reason: 'upstream-reset',
        attemptLog: [
          { ...attempt, kind: 'first', outcome: 'failure', status: 503 },
          { ...attempt, kind: 'hedge', outcome: 'cancelled' },
          { ...attempt, kind: 'retry', outcome: 'failure', reason: 'upstream-reset' },
        ],
      }),
    );
    const page = await it.page();
    expect(
      value(page, 'evenkeel_failures_total', { route: 'r', cluster: 'c', reason: 'upstream-reset' }),
    ).toBe(1);
    expect(value(page, 'evenkeel_attempts_total', { cluster: 'c', kind: 'first', outcome: 'failure' })).toBe(
      1,
    );
    expect(
      value(page, 'evenkeel_attempts_total', { cluster: 'c', kind: 'hedge', outcome: 'cancelled' }),
    ).toBe(1);
    expect(value(page, 'evenkeel_attempt_failures_total', { cluster: 'c', reason: '5xx' })).toBe(1);
    expect(value(page, 'evenkeel_attempt_failures_total', { cluster: 'c', reason: 'upstream-reset' })).toBe(
      1,
    );
    expect(value(page, 'evenkeel_retries_total', { cluster: 'c', reason: '5xx' })).toBe(1);
    expect(value(page, 'evenkeel_attempt_duration_seconds_count', { cluster: 'c' })).toBe(3);
  });

  it('have no more series than routes are named, and then one more', async () => {
    const it = await observing({ maxRoutes: 2 });
    for (const route of ['a', 'b', 'c', 'd', 'a']) it.tell(exchange({ route, cacheStatus: 'hit' }));
    const page = await it.page();
    const counts = page
      .get('evenkeel_cache_requests_total')
      ?.samples.map(({ labels, value: n }) => [labels.route, n]);
    expect(counts).toEqual([
      ['a', 2],
      ['b', 1],
      ['other', 2],
    ]);
  });

  it('are not counted any more once the observation has ended', async () => {
    const it = await observing();
    it.observation[Symbol.dispose]();
    expect(it.listeners.size).toBe(0);
    expect(value(await it.page(), 'evenkeel_open_exchanges')).toBe(0);
  });
});

it('shows connections, and refusals by reason', async () => {
  const it = await observing();
  it.tell({ type: 'connectionRefused', reason: 'bad-request' });
  it.tell({ type: 'listenerFailed' });
  const page = await it.page();
  expect(value(page, 'evenkeel_connections', { listener: '[::]:80' })).toBe(7);
  expect(value(page, 'evenkeel_open_exchanges')).toBe(4);
  expect(value(page, 'evenkeel_connections_refused_total', { reason: 'bad-request' })).toBe(1);
  expect(value(page, 'evenkeel_listener_failures_total')).toBe(1);
});

it('shows a cluster as it is: endpoints by state, ejections, discovery', async () => {
  const metrics = await prometheusMetrics({ processMetrics: false, perEndpoint: true });
  const ids = ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80'];
  await using cluster = createCluster({
    name: 'api',
    discovery: staticDiscovery(ids),
    strategy: leastRequest(),
  });
  const observation = metrics.observeCluster(cluster);
  await cluster.ready();
  cluster.control.drain('10.0.0.1:80');
  cluster.control.eject('10.0.0.2:80', 60_000);
  using _pick = cluster.pick();
  const page = parseExposition(await metrics.metrics());
  const states = page.get('evenkeel_endpoints')?.samples.map(({ labels, value: n }) => [labels.state, n]);
  expect(states).toEqual([
    ['serving', 1],
    ['spare', 0],
    ['draining', 1],
    ['ejected', 1],
    ['unhealthy', 0],
  ]);
  expect(value(page, 'evenkeel_ejections_total', { cluster: 'api', detector: 'manual' })).toBe(1);
  expect(value(page, 'evenkeel_endpoint_changes_total', { cluster: 'api', change: 'added' })).toBe(3);
  expect(value(page, 'evenkeel_in_flight', { cluster: 'api' })).toBe(1);
  expect(value(page, 'evenkeel_discovery_state', { cluster: 'api', state: 'live' })).toBe(1);
  expect(value(page, 'evenkeel_discovery_age_seconds', { cluster: 'api' })).toBe(0);
  expect(value(page, 'evenkeel_endpoint_load', { cluster: 'api', endpoint: '10.0.0.3:80' })).toBe(2);
  observation[Symbol.dispose]();
  expect(parseExposition(await metrics.metrics()).get('evenkeel_endpoints')?.samples).toEqual([]);
});

it('counts retries that the budget refuses, until it is disposed', async () => {
  const metrics = await prometheusMetrics({ processMetrics: false });
  const retry = (withinBudget: boolean): void =>
    channel('evenkeel:http:retry').publish({ cluster: 'c', withinBudget });
  retry(true);
  retry(false);
  metrics[Symbol.dispose]();
  retry(false);
  expect(
    value(parseExposition(await metrics.metrics()), 'evenkeel_retries_refused_total', { cluster: 'c' }),
  ).toBe(1);
});

it('has the lag of the event loop and the process, under the names of prom-client', async () => {
  using metrics = await prometheusMetrics();
  const page = parseExposition(await metrics.metrics());
  expect([...page.keys()]).toEqual(
    expect.arrayContaining([
      'nodejs_eventloop_lag_p99_seconds',
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
    ]),
  );
});

it('merges what workers have, which travels as JSON', async () => {
  const workers = [await observing(), await observing()];
  for (const worker of workers) worker.tell(exchange());
  await using cluster = createCluster({
    name: 'api',
    discovery: staticDiscovery(['10.0.0.1:80']),
    strategy: leastRequest(),
  });
  await cluster.ready();
  for (const { metrics } of workers) metrics.observeCluster(cluster);
  const merged = await mergedMetrics(() =>
    Promise.all(workers.map(async ({ metrics }) => JSON.parse(JSON.stringify(await metrics.snapshot())))),
  );
  const page = parseExposition(await merged.metrics());
  expect(value(page, 'evenkeel_requests_total', { route: 'r', cluster: 'c', code: '2xx' })).toBe(2);
  expect(value(page, 'evenkeel_request_duration_seconds_count', { route: 'r', cluster: 'c' })).toBe(2);
  expect(value(page, 'evenkeel_open_exchanges')).toBe(8);
  expect(value(page, 'evenkeel_endpoints', { cluster: 'api', state: 'serving' })).toBe(1);
});

it.each([
  [{ prefix: '1x' }, 'prefix: got "1x"'],
  [{ buckets: [] }, 'buckets'],
  [{ buckets: [1, 1] }, 'buckets'],
  [{ maxRoutes: 0 }, 'maxRoutes: got 0'],
])('refuses %j', async (options, message) => {
  await expect(prometheusMetrics(options)).rejects.toThrow(message);
});

it('follows a real proxy with a cache', async () => {
  const upstream = createServer((request, response) => {
    if (request.url === '/x') response.writeHead(200, { 'cache-control': 'max-age=60' }).end('hello');
    else response.writeHead(500).end();
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const { port: to } = upstream.address() as AddressInfo;
  await using cluster = createCluster({
    name: 'api',
    discovery: staticDiscovery([`127.0.0.1:${to}`]),
    strategy: leastRequest(),
  });
  await using store = createCacheStore();
  await using proxy = createProxy({
    routes: [{ cluster: 'api', name: 'all', cache: cache({ store }) }],
    clusters: [cluster],
  });
  using metrics = await prometheusMetrics({ processMetrics: false });
  metrics.observeProxy(proxy);
  const ended: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  proxy.subscribe(({ type }) => {
    if (ended.push(type) === 3) resolve();
  });
  const { port } = await proxy.listen({ port: 0, host: '127.0.0.1' });
  for (const path of ['/x', '/x', '/y']) await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  await promise;
  const page = parseExposition(await metrics.metrics());
  const by = { route: 'all', cluster: 'api' };
  expect(value(page, 'evenkeel_cache_requests_total', { route: 'all', outcome: 'hit' })).toBe(1);
  expect(value(page, 'evenkeel_cache_requests_total', { route: 'all', outcome: 'miss' })).toBe(2);
  expect(value(page, 'evenkeel_requests_total', { ...by, code: '5xx' })).toBe(1);
  expect(value(page, 'evenkeel_response_bytes_total', by)).toBe(10);
  expect(value(page, 'evenkeel_retries_total', { cluster: 'api', reason: '5xx' })).toBeGreaterThan(0);
  expect(value(page, 'evenkeel_connections', { listener: `127.0.0.1:${port}` })).toBeGreaterThan(0);
  upstream.close();
  upstream.closeAllConnections();
});
