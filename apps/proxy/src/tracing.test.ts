import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { runCli } from './lib/testing/run-cli.ts';
import { temporaryFile } from './lib/testing/temporary-file.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}

/** A server that notes what it gets. */
async function server(status = 200) {
  const requests: { url: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const listening = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      requests.push({ url: request.url ?? '', headers: request.headers, body });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return {
    requests,
    address: `127.0.0.1:${(listening.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => {
      listening.closeAllConnections();
      listening.close();
    },
  };
}

async function start(endpoint: string, tracing: string) {
  const file = await temporaryFile(
    'evenkeel.yaml',
    `
listeners: [{ port: 0, host: 127.0.0.1 }]
clusters: { api: { discovery: { static: ["${endpoint}"] } } }
routes: [{ cluster: api, name: all }]
accessLog: { to: stdout, format: "log %{traceId}" }
${tracing}
`,
  );
  const cli = runCli('run', '-c', file.path);
  const [, url = ''] = await cli.printed(/^listening on (\S+)$/m);
  return {
    cli,
    url,
    async [Symbol.asyncDispose]() {
      await cli[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}

it('sends spans to a collector, the last ones when it stops', async () => {
  using endpoint = await server();
  using collector = await server();
  const otlp = `{ url: "http://${collector.address}/v1/traces", headers: { x-key: secret }, delayMs: 60000 }`;
  await using proxy = await start(endpoint.address, `tracing: { otlp: ${otlp}, serviceName: edge }`);
  const sent = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'a=1' };
  await (await fetch(`${proxy.url}/x?secret=1`, { headers: sent })).text();
  await proxy.cli.printed(new RegExp(`^log ${TRACE}$`, 'm'));
  proxy.cli.child.kill('SIGTERM');
  expect(await proxy.cli.exited).toBe(0);

  expect(collector.requests).toHaveLength(1);
  const [{ url, headers, body } = { url: '', headers: {}, body: '' }] = collector.requests;
  expect(url).toBe('/v1/traces');
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-key': 'secret' });
  const { resourceSpans } = JSON.parse(body);
  expect(resourceSpans[0].resource.attributes).toContainEqual({
    key: 'service.name',
    value: { stringValue: 'edge' },
  });
  const spans: OtlpSpan[] = resourceSpans[0].scopeSpans[0].spans;
  const serverSpan = spans.find(({ kind }) => kind === 2);
  const clientSpan = spans.find(({ kind }) => kind === 3);
  expect(spans).toHaveLength(2);
  expect(serverSpan).toMatchObject({ traceId: TRACE, parentSpanId: SPAN, name: 'GET all' });
  expect(clientSpan).toMatchObject({ traceId: TRACE, parentSpanId: serverSpan?.spanId, name: 'GET' });
  expect(serverSpan?.attributes).toContainEqual({
    key: 'http.response.status_code',
    value: { intValue: 200 },
  });
  expect(body).not.toContain('secret=1');
  expect(endpoint.requests[0]?.headers).toMatchObject({
    traceparent: `00-${TRACE}-${clientSpan?.spanId}-01`,
    tracestate: 'a=1',
  });
});

it('serves on, says so and stops in time where the collector is away', async () => {
  using endpoint = await server();
  await using proxy = await start(
    endpoint.address,
    'tracing: { otlp: { url: "http://127.0.0.1:1/v1/traces", timeoutMs: 50, delayMs: 10 } }',
  );
  expect((await fetch(proxy.url)).status).toBe(200);
  await vi.waitUntil(() => proxy.cli.stderr.includes('tracing: spans cannot be sent: '), { timeout: 10_000 });
  expect((await fetch(proxy.url)).status).toBe(200);
  proxy.cli.child.kill('SIGTERM');
  expect(await proxy.cli.exited).toBe(0);
  expect(proxy.cli.stderr.match(/cannot be sent/g)).toHaveLength(1);
});

it('passes the context of a client on as it came where nothing is traced', async () => {
  using endpoint = await server();
  await using proxy = await start(endpoint.address, '');
  const sent = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'a=1,b=2' };
  await (await fetch(proxy.url, { headers: sent })).text();
  expect(endpoint.requests[0]?.headers).toMatchObject(sent);
  await proxy.cli.printed(/^log -$/m);
});
