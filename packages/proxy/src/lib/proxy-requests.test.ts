import { expect, it } from 'vitest';
import { createProxy } from './proxy.ts';
import { exchangeBytes, parts, rawClient } from './testing/raw-client.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const CLOSE = 'Connection: close\r\n';

/** Sends a request through a proxy and returns what the upstream received. */
async function forwarded(request: string, wanted = '\r\n\r\n', options = {}): Promise<string> {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], options);
  using client = rawClient(proxy.port, request);
  const connection = await upstream.connection(0);
  const received = await connection.until(wanted);
  await client.until('ok');
  return received;
}

it('names the endpoint, or what it is told, in Host where a cluster asks for it', async () => {
  const seen = async (hostHeader: string) => {
    await using upstream = await rawUpstream(OK);
    await using proxy = await startProxy([upstream.port]);
    const { cluster } = proxy;
    const clusters = { api: { cluster, hostHeader } };
    const other = createProxy({ routes: [{ cluster: 'api' }], clusters });
    const { port } = await other.listen({ port: 0, host: '127.0.0.1' });
    await exchangeBytes(port, `GET / HTTP/1.1\r\nHost: h\r\n${CLOSE}\r\n`);
    await other.close();
    const received = upstream.connections[0]?.received ?? '';
    expect(received).toContain('x-forwarded-host: h\r\n');
    return /\r\nhost: (.*)\r\n/.exec(received)?.[1]?.replace(String(upstream.port), 'port');
  };
  expect(await seen('endpoint')).toBe('127.0.0.1:port');
  expect(await seen('internal.example')).toBe('internal.example');
  expect(await seen('preserve')).toBe('h');
});

it('routes by host and path', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], {
    routes: [{ cluster: 'api', match: { host: '*.example.com', path: '/api' } }],
  });
  const status = async (host: string, path: string) =>
    parts(await exchangeBytes(proxy.port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${CLOSE}\r\n`)).status;
  expect(await status('a.example.com:8080', '/api/x')).toBe(200);
  expect(await status('example.com', '/api/x')).toBe(421);
  expect(await status('a.example.com', '/apix')).toBe(404);
});

it('takes a request of HTTP/1.0 without a host', async () => {
  const received = await forwarded('GET / HTTP/1.0\r\n\r\n');
  expect(received).toContain('via: 1.0 evenkeel');
  expect(received).not.toContain('x-forwarded-host');
});
