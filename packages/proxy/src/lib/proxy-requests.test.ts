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

it('sends path and query byte for byte (RFC 9110 §7.7)', async () => {
  const target = "/a/../b//%2e%2e/%41;x=y/..;/\\..?q=%20a&b='c'&&=";
  const received = await forwarded(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`);
  expect(received.startsWith(`GET ${target} HTTP/1.1\r\n`)).toBe(true);
});

it('keeps field order, case and duplicates, and adds its own', async () => {
  const received = await forwarded('GET / HTTP/1.1\r\nHost: h:81\r\nX-B: 1\r\nx-a: 2\r\nX-B: \xe9\r\n\r\n');
  expect(received).toContain('\r\nhost: h:81\r\n');
  expect(received).toContain('\r\nX-B: 1\r\nx-a: 2\r\nX-B: \xe9\r\nvia: 1.1 evenkeel\r\n');
  expect(received).toContain(
    'x-forwarded-for: 127.0.0.1\r\nx-forwarded-proto: http\r\nx-forwarded-host: h:81\r\n',
  );
});

it('takes the host of an absolute-form target, which does not choose the upstream (RFC 9112 §3.2.2)', async () => {
  const received = await forwarded('GET http://other.example:9/x?y HTTP/1.1\r\nHost: h\r\n\r\n');
  expect(received.startsWith('GET /x?y HTTP/1.1\r\nhost: other.example:9\r\n')).toBe(true);
});

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

it('believes forwarding fields of trusted peers alone', async () => {
  const request =
    'GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n\r\n';
  expect(await forwarded(request)).toMatch(/x-forwarded-for: 127\.0\.0\.1\r\nx-forwarded-proto: http\r\n/);
  expect(await forwarded(request, undefined, { trustedProxies: ['127.0.0.0/8'] })).toMatch(
    /x-forwarded-for: 192\.0\.2\.1, 127\.0\.0\.1\r\nx-forwarded-proto: https\r\n/,
  );
});

it('does not let Connection remove the fields it adds (CVE-2026-33805)', async () => {
  const received = await forwarded(
    'GET / HTTP/1.1\r\nHost: h\r\nConnection: X-Forwarded-For, Via, Host, X-Own\r\nX-Own: 1\r\nX-Keep: 1\r\n\r\n',
  );
  expect(received).toContain('x-forwarded-for: 127.0.0.1');
  expect(received).toContain('via: 1.1 evenkeel');
  expect(received).toContain('host: h\r\n');
  expect(received).toContain('X-Keep: 1');
  expect(received).not.toContain('X-Own');
});

it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
  'keeps the content of %s with a length (CVE-2026-29057)',
  async (method) => {
    const body = 'GET /smuggled HTTP/1.1\r\n\r\n';
    const request = `${method} / HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const received = await forwarded(request, body);
    expect(received).toMatch(new RegExp(`\r\ncontent-length: ${body.length}\r\n`, 'i'));
    expect(received).not.toMatch(/transfer-encoding/i);
    expect(received.endsWith(`\r\n\r\n${body}`)).toBe(true);
  },
);

it.each(['GET', 'POST', 'DELETE', 'OPTIONS'])(
  'keeps the content of %s in chunks (CVE-2026-29057)',
  async (method) => {
    const request = `${method} / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=1\r\nhello\r\n0\r\nX-T: 1\r\n\r\n`;
    const received = await forwarded(request, '0\r\n\r\n');
    expect(received).toMatch(/\r\ntransfer-encoding: chunked\r\n/i);
    expect(received).not.toMatch(/content-length/i);
    expect(received.endsWith('\r\n\r\n5\r\nhello\r\n0\r\n\r\n')).toBe(true);
  },
);

it('says that a POST without content has none', async () => {
  expect(await forwarded('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n')).toMatch(
    /content-length: 0\r\n/i,
  );
});

it('answers 100 Continue when it starts to read, and does not pass the expectation on', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(
    proxy.port,
    'POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n',
  );
  await client.until('HTTP/1.1 100 Continue\r\n\r\n');
  client.write('hi');
  const connection = await upstream.connection(0);
  expect(await connection.until('hi')).not.toMatch(/expect/i);
  connection.socket.write(OK);
  await client.until('ok');
});

it('refuses an expectation without asking for the content', async () => {
  await using proxy = await startProxy([1], { routes: [{ cluster: 'api', match: { path: '/only' } }] });
  const head = `POST / HTTP/1.1\r\nHost: h\r\n${CLOSE}Content-Length: 2\r\nExpect: `;
  expect(parts(await exchangeBytes(proxy.port, `${head}100-continue\r\n\r\n`)).status).toBe(404);
  const other = parts(await exchangeBytes(proxy.port, `${head}something\r\n\r\n`));
  expect(other.status).toBe(417);
  expect(other.head).toContain('x-evenkeel-reason: expectation-failed');
});

it('does not ask for content that no endpoint could take', async () => {
  await using proxy = await startProxy([]);
  const head = `POST / HTTP/1.1\r\nHost: h\r\n${CLOSE}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`;
  expect((await exchangeBytes(proxy.port, head)).startsWith('HTTP/1.1 503')).toBe(true);
});

it('answers OPTIONS * itself, and counts Max-Forwards down (RFC 9110 §7.6.2)', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port]);
  const send = (line: string, fields = '') =>
    exchangeBytes(proxy.port, `${line} HTTP/1.1\r\nHost: h\r\n${CLOSE}${fields}\r\n`);
  expect(parts(await send('OPTIONS *')).status).toBe(204);
  expect(parts(await send('OPTIONS /', 'Max-Forwards: 0\r\n')).status).toBe(204);
  expect(upstream.connections).toHaveLength(0);
  await send('OPTIONS /', 'Max-Forwards: 3\r\n');
  expect(upstream.connections[0]?.received).toContain('Max-Forwards: 2\r\n');
});

it('routes by host and path', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], {
    routes: [{ cluster: 'api', match: { host: '*.example.com', path: '/api' } }],
  });
  const status = async (host: string, path: string) =>
    parts(await exchangeBytes(proxy.port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${CLOSE}\r\n`)).status;
  expect(await status('a.example.com:8080', '/api/x')).toBe(200);
  expect(await status('example.com', '/api/x')).toBe(404);
  expect(await status('a.example.com', '/apix')).toBe(404);
});

it('takes a request of HTTP/1.0 without a host', async () => {
  const received = await forwarded('GET / HTTP/1.0\r\n\r\n');
  expect(received).toContain('via: 1.0 evenkeel');
  expect(received).not.toContain('x-forwarded-host');
});
