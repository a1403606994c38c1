import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cache, createCacheStore } from '@evenkeel/cache';
import { type Cluster, createCluster, staticDiscovery } from '@evenkeel/core';
import { createProxy, type ProxyOptions } from '@evenkeel/proxy';
import { roundRobin } from '@evenkeel/strategies';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { afterEach, expect, it, vi } from 'vitest';
import { openTelemetry } from './open-telemetry.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const started: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of started.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** An endpoint that notes the fields it gets. */
async function endpoint(status = 200) {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    response.writeHead(status, { 'cache-control': 'max-age=60' }).end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  started.push({
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  });
  return { seen, port: (server.address() as AddressInfo).port };
}

/** A proxy whose spans are kept. */
async function traced(
  ports: readonly number[],
  options: Partial<ProxyOptions> = {},
  sampler: Sampler = new AlwaysOnSampler(),
) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: sampler }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const discovery = staticDiscovery(ports.map((port) => `127.0.0.1:${port}`));
  const cluster = createCluster({
    name: 'api',
    discovery,
    strategy: roundRobin({ random: () => 0 }),
    outlierDetection: false,
  });
  const tracer = await openTelemetry({ tracer: provider.getTracer('test') });
  const proxy = createProxy({
    routes: [{ cluster: 'api', name: 'all' }],
    clusters: [cluster],
    tracer,
    ...options,
  });
  const traceIds: (string | undefined)[] = [];
  proxy.subscribe((event) => event.type === 'exchangeEnded' && traceIds.push(event.traceId));
  const { port } = await proxy.listen({ port: 0, host: '127.0.0.1' });
  started.push(cluster, proxy);
  return {
    traceIds,
    ask: async (headers: Record<string, string> = {}, path = '/a/b?secret=1') => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      await response.text();
      return response;
    },
    /** The spans of the exchanges so far, each server span with its client spans. */
    spans: async (exchanges = 1) => {
      await vi.waitUntil(() => traceIds.length === exchanges);
      const all = exporter.getFinishedSpans();
      const of = (kind: number): ReadableSpan[] => all.filter((span) => span.kind === kind);
      return { server: of(1), client: of(2) };
    },
  };
}

it('makes a server span and a client span, and continues the trace of the client', async () => {
  const { seen, port } = await endpoint();
  const proxy = await traced([port]);
  await proxy.ask({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'a=1,b=2', 'user-agent': 'test/1' });
  const { server, client } = await proxy.spans();
  expect(server).toHaveLength(1);
  expect(client).toHaveLength(1);
  expect(server[0]).toMatchObject({
    name: 'GET all',
    parentSpanContext: { traceId: TRACE, spanId: SPAN, isRemote: true },
    status: { code: 0 },
  });
  expect(server[0]?.attributes).toMatchObject({
    'http.request.method': 'GET',
    'url.scheme': 'http',
    'url.path': '/a/b',
    'http.route': 'all',
    'http.response.status_code': 200,
    'http.response.body.size': 2,
    'server.address': '127.0.0.1',
    'network.protocol.version': '1.1',
    'client.address': '127.0.0.1',
    'user_agent.original': 'test/1',
    'evenkeel.cluster': 'api',
  });
  expect(client[0]).toMatchObject({
    name: 'GET',
    parentSpanContext: { spanId: server[0]?.spanContext().spanId },
  });
  expect(client[0]?.attributes).toMatchObject({
    'server.address': '127.0.0.1',
    'server.port': port,
    'url.full': `http://127.0.0.1:${port}/a/b`,
    'http.response.status_code': 200,
    'evenkeel.endpoint': `127.0.0.1:${port}`,
  });
  expect(JSON.stringify([server[0]?.attributes, client[0]?.attributes])).not.toContain('secret');
  expect(seen[0]).toMatchObject({
    traceparent: `00-${TRACE}-${client[0]?.spanContext().spanId}-01`,
    tracestate: 'a=1,b=2',
  });
  expect(proxy.traceIds).toEqual([TRACE]);
});

it('tells the client behind trusted proxies from its peer', async () => {
  const { port } = await endpoint();
  const proxy = await traced([port], { trustedProxies: ['127.0.0.1'] });
  await proxy.ask({ 'x-forwarded-for': '203.0.113.7' });
  const { server } = await proxy.spans();
  expect(server[0]?.attributes).toMatchObject({
    'client.address': '203.0.113.7',
    'network.peer.address': '127.0.0.1',
  });
});

it('tells of the URL that a try was sent to: the scheme of its cluster, and the path after rewrites', async () => {
  const { port } = await endpoint();
  const address = `127.0.0.1:${port}`;
  const [plain, secure] = ['plain', 'secure'].map((name) => {
    const cluster = createCluster({ name, discovery: staticDiscovery([address]), strategy: roundRobin() });
    started.push(cluster);
    return cluster;
  }) as [Cluster, Cluster];
  const proxy = await traced([port], {
    routes: [
      { cluster: 'plain', match: { path: '/shop' }, rewrite: { prefix: '/v2' } },
      // The endpoint speaks no TLS: the try fails, at the URL that it was meant for.
      { cluster: 'secure', retry: false },
    ],
    clusters: { plain: { cluster: plain }, secure: { cluster: secure, protocol: 'https' } },
  });
  await proxy.ask({}, '/shop/a?secret=1');
  await proxy.ask({}, '/b?secret=1');
  const { server, client } = await proxy.spans(2);
  expect(server.map(({ attributes }) => attributes['url.path'])).toEqual(['/shop/a', '/b']);
  expect(client.map(({ attributes }) => attributes['url.full'])).toEqual([
    `http://${address}/v2/a`,
    `https://${address}/b`,
  ]);
});

it('makes a span for each try, whose context that try carries', async () => {
  const [bad, good] = [await endpoint(503), await endpoint()];
  const proxy = await traced([bad.port, good.port]);
  for (let i = 0; i < 2; i++) await proxy.ask();
  const { server, client } = await proxy.spans(2);
  expect(server).toHaveLength(2);
  const failed = client.filter(({ status }) => status.code === 2);
  const retries = client.filter(({ attributes }) => attributes['http.request.resend_count'] === 1);
  expect(client).toHaveLength(failed.length + 2);
  expect(failed.length).toBeGreaterThan(0);
  for (const span of failed) {
    expect(span.attributes).toMatchObject({ 'error.type': '503', 'evenkeel.outcome': 'failure' });
    expect(retries.map((retry) => retry.spanContext().traceId)).toContain(span.spanContext().traceId);
  }
  const parents = [...bad.seen, ...good.seen].map(({ traceparent }) => String(traceparent).split('-')[2]);
  expect(parents.toSorted()).toEqual(client.map((span) => span.spanContext().spanId).toSorted());
});

it('honours that the client does not sample, and tells the endpoint so', async () => {
  const { seen, port } = await endpoint();
  const proxy = await traced([port]);
  await proxy.ask({ traceparent: `00-${TRACE}-${SPAN}-00` });
  expect(await proxy.spans()).toEqual({ server: [], client: [] });
  expect(seen[0]?.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
  expect(proxy.traceIds).toEqual([TRACE]);
});

it('begins a trace where the client has none, or one that is not valid, and drops what belonged to that', async () => {
  const { seen, port } = await endpoint();
  const proxy = await traced([port], {}, new AlwaysOffSampler());
  await proxy.ask({ traceparent: 'rubbish', tracestate: 'a=1' });
  await proxy.spans();
  expect(seen[0]?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  expect(seen[0]).not.toHaveProperty('tracestate');
});

it('says what failed, and that a cache answered', async () => {
  await using store = createCacheStore();
  const { port } = await endpoint();
  const proxy = await traced([port, 1], {
    routes: [
      { cluster: 'api', match: { path: '/cached' }, name: 'cached', cache: cache({ store }) },
      { cluster: 'api', match: { path: '/once' }, name: 'once', retry: false },
    ],
    client: {},
  });
  for (let i = 0; i < 2; i++) await proxy.ask({}, '/cached');
  for (let i = 0; i < 2; i++) await proxy.ask({}, '/once');
  await proxy.ask({}, '/nowhere');
  const { server } = await proxy.spans(5);
  const shown = server.map(({ name, attributes, status }) => [
    name,
    attributes['error.type'],
    attributes['evenkeel.cache'],
    status.code,
  ]);
  expect(shown).toEqual(
    expect.arrayContaining([
      ['GET cached', undefined, 'hit', 0],
      ['GET once', 'upstream-unreachable', undefined, 2],
      ['GET', 'no-route', undefined, 0],
    ]),
  );
});

it('leaves requests as they are where no SDK is registered, and without a tracer', async () => {
  for (const tracer of [await openTelemetry(), undefined]) {
    const { seen, port } = await endpoint();
    const cluster = createCluster({
      name: 'api',
      discovery: staticDiscovery([`127.0.0.1:${port}`]),
      strategy: roundRobin(),
    });
    const proxy = createProxy({
      routes: [{ cluster: 'api' }],
      clusters: [cluster],
      ...(tracer && { tracer }),
    });
    started.push(cluster, proxy);
    const address = await proxy.listen({ port: 0, host: '127.0.0.1' });
    const sent = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'a=1' };
    for (const headers of [sent, {}])
      await (await fetch(`http://127.0.0.1:${address.port}/`, { headers })).text();
    expect(seen[0]).toMatchObject(sent);
    expect(seen[1]).not.toHaveProperty('traceparent');
  }
});
