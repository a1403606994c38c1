import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { expect, it } from 'vitest';
import { AUTHORITY, CLIENT, FIRST } from './testing/certificates.ts';
import { answerOf, http2Client } from './testing/http2-client.ts';
import { parts, rawClient } from './testing/raw-client.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';
import { tlsFolder } from './testing/tls-folder.ts';

const OK =
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Two: a\r\nX-Two: b\r\nConnection: x-hop\r\nX-Hop: 1\r\n\r\nok';
const BOTH = { protocols: ['http/1.1', 'h2c'] as const };

it('a request of HTTP/2 goes upstream as one of HTTP/1.1, and its answer comes back', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], {}, BOTH);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  const answer = await client.request({
    ':authority': 'shop.test:81',
    ':path': '/a?b',
    cookie: ['a=1', 'b=2'],
  });
  expect(answer).toMatchObject({ status: 200, body: 'ok', code: 0 });
  expect(answer.headers).toMatchObject({ 'x-two': 'a, b', 'content-length': '2' });
  expect(answer.headers['x-hop']).toBeUndefined();
  expect(answer.headers.date).toBeDefined();
  const { received } = await upstream.connection(0);
  expect(received).toMatch(/^GET \/a\?b HTTP\/1\.1\r\nhost: shop\.test:81\r\n/);
  // RFC 9113 §8.2.3: one field for those who know no crumbs.
  expect(received).toContain('\r\ncookie: a=1; b=2\r\n');
  expect(received).toContain('\r\nvia: 2.0 evenkeel\r\n');
  expect(proxy.events[0]).toMatchObject({
    method: 'GET',
    host: 'shop.test:81',
    status: 200,
    remoteAddress: '127.0.0.1',
  });
});

it('HTTP/1.1 goes on beside it on the same listener, also when its first bytes come one by one', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], {}, BOTH);
  using client = rawClient(proxy.port);
  for (const byte of 'PUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n') {
    await new Promise((resolve) => client.socket.write(byte, resolve));
  }
  expect(parts((await client.end()).text)).toMatchObject({ status: 200, body: 'ok' });
  using upgrading = rawClient(proxy.port);
  upgrading.write(
    'GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade, http2-settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n',
  );
  expect((await upgrading.end()).text).toMatch(/^HTTP\/1\.1 200 OK/);
});

it('is chosen by ALPN over TLS, with the client’s certificate known; without ALPN it is HTTP/1.1', async () => {
  await using folder = await tlsFolder();
  await using upstream = await rawUpstream(OK);
  const tls = { certificates: [await folder.write('first', FIRST)], clientAuth: { caFile: folder.caFile } };
  await using proxy = await startProxy([upstream.port], { clientCertificateHeader: 'x-subject' }, { tls });
  const url = `https://127.0.0.1:${proxy.port}`;
  const options = { ca: AUTHORITY, servername: 'first.test', ...CLIENT };
  using client = await http2Client(url, options);
  expect(await client.request({ ':path': '/' })).toMatchObject({ status: 200, body: 'ok' });
  const { received } = await upstream.connection(0);
  expect(received).toContain('\r\nx-forwarded-proto: https\r\n');
  expect(received).toContain('\r\nx-subject: CN=alic');
});

it('content streams both ways at the same time, and trailers follow it', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], {}, BOTH);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  const stream = client.session.request({ ':method': 'POST', ':authority': 'h' });
  const answer = answerOf(stream);
  stream.write('one');
  const connection = await upstream.connection(0);
  await connection.until('one');
  connection.socket.write(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n3\r\neins\r\n'.replace(
      'eins',
      'une',
    ),
  );
  await once(stream, 'data');
  stream.end('two');
  await connection.until('two\r\n0\r\n\r\n');
  connection.socket.write('4\r\ndeux\r\n0\r\nX-Sum: 7\r\n\r\n');
  expect(await answer).toMatchObject({ body: 'unedeux', trailers: { 'x-sum': '7' }, code: 0 });
});

it('HEAD, 204 and 304 have no content; errors of the proxy itself are as in HTTP/1.1', async () => {
  await using upstream = await rawUpstream((head, { socket }) => {
    if (head.startsWith('HEAD')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n');
    else socket.write(head.includes('/304') ? 'HTTP/1.1 304 N\r\n\r\n' : 'HTTP/1.1 204 N\r\n\r\n');
  });
  const routes = [{ cluster: 'api', match: { host: 'h' } }];
  await using proxy = await startProxy([upstream.port], { routes }, BOTH);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  const head = await client.request({ ':method': 'HEAD' });
  expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-length': '7' } });
  expect(await client.request({ ':path': '/304' })).toMatchObject({ status: 304, body: '' });
  expect(await client.request({})).toMatchObject({ status: 204, body: '' });
  const lost = await client.request({ ':authority': 'other' });
  expect(lost).toMatchObject({ status: 421, headers: { 'x-evenkeel-reason': 'host-not-served' } });
  expect(await client.request({ ':method': 'CONNECT', ':authority': 'h:1' })).toMatchObject({ status: 501 });
});

it('RFC 9110 §15.2, §10.1.1: interim responses are passed on, and 100 comes when the content is wanted', async () => {
  await using upstream = await rawUpstream((_head, { socket }) => {
    socket.write(
      'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    );
  });
  await using proxy = await startProxy([upstream.port], {}, BOTH);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  const { informed } = await client.request({ ':path': '/' });
  expect(informed).toEqual([expect.objectContaining({ ':status': 103, link: '</a.css>' })]);
  const stream = client.session.request({ ':method': 'POST', ':authority': 'h', expect: '100-continue' });
  const [headers] = await once(stream, 'headers');
  expect(headers[':status']).toBe(100);
  stream.end('x');
  expect(await answerOf(stream)).toMatchObject({ status: 200 });
  expect((await upstream.connection(0)).received).not.toContain('expect');
});

it('RFC 9112 §8: an answer that breaks off upstream is reset, never ended', async () => {
  await using upstream = await rawUpstream((_head, { socket }) => {
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart');
  });
  await using proxy = await startProxy([upstream.port], {}, BOTH);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  expect(await client.request({})).toMatchObject({ status: 200, body: 'part', code: 2 });
  expect(await proxy.event(0)).toMatchObject({ status: 200, reason: 'upstream-reset' });
});

it('a client that resets its stream ends the request upstream, and other streams go on', async () => {
  await using upstream = await rawUpstream((head, { socket }) => {
    if (!head.includes('/wait')) socket.write(OK);
  });
  await using proxy = await startProxy([upstream.port], {}, BOTH);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  const stream = client.session.request({ ':path': '/wait', ':authority': 'h' });
  const connection = await upstream.connection(0);
  await connection.until('\r\n\r\n');
  stream.close(8);
  await connection.closed;
  expect(await proxy.event(0)).toMatchObject({ reason: 'client-gone', status: 499 });
  expect(await client.request({})).toMatchObject({ status: 200 });
});

it('back-pressure reaches the upstream when a client does not read, and the client when an upstream does not', async () => {
  const server = createServer((request, response) => {
    if (request.method === 'POST') return;
    const more = (): void => {
      while (response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', more);
    more();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const upstreamPort = (server.address() as AddressInfo).port;
  await using proxy = await startProxy([upstreamPort], {}, BOTH);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  const down = client.session.request({ ':authority': 'h' });
  await once(down, 'response');
  const stalled = await settled(() => process.memoryUsage().arrayBuffers);
  expect(stalled).toBeLessThan(64 * 2 ** 20);
  down.close();
  const up = client.session.request({ ':method': 'POST', ':authority': 'h' });
  let written = 0;
  const push = (): void => {
    while (up.write(Buffer.alloc(65_536)) && written < 2 ** 30) written += 65_536;
    written += 65_536;
  };
  up.on('drain', push);
  up.on('error', () => {});
  push();
  expect(await settled(() => written)).toBeLessThan(32 * 2 ** 20);
  up.close();
  server.close();
  server.closeAllConnections();
});

it('server-sent events are not held back', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], {}, BOTH);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  const stream = client.session.request({ ':authority': 'h', accept: 'text/event-stream' });
  const connection = await upstream.connection(0);
  await connection.until('\r\n\r\n');
  connection.socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n');
  const [first] = await once(stream, 'data');
  expect(`${first}`).toBe('data: 1\n\n');
  const second = once(stream, 'data');
  connection.socket.end('data: 2\n\n');
  expect(`${(await second)[0]}`).toBe('data: 2\n\n');
});

it('RFC 8441: a WebSocket by an extended CONNECT becomes an upgrade of HTTP/1.1', async () => {
  await using upstream = await rawUpstream((_head, { socket }) => {
    socket.write(
      'HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: chat\r\n\r\nhi',
    );
  });
  await using proxy = await startProxy([upstream.port], {}, BOTH);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  expect(client.session.remoteSettings.enableConnectProtocol).toBe(true);
  const stream = client.session.request(
    {
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':scheme': 'http',
      ':path': '/chat',
      ':authority': 'h',
      origin: 'http://h',
      'sec-websocket-version': '13',
    },
    { endStream: false },
  );
  const [headers] = await once(stream, 'response');
  expect(headers).toMatchObject({ ':status': 200, 'sec-websocket-protocol': 'chat' });
  expect(headers['sec-websocket-accept']).toBeUndefined();
  expect(`${(await once(stream, 'data'))[0]}`).toBe('hi');
  const connection = await upstream.connection(0);
  stream.write('yo');
  await connection.until('yo');
  expect(connection.received).toMatch(/^GET \/chat HTTP\/1\.1\r\n/);
  expect(connection.received).toMatch(/\r\nsec-websocket-key: [\w+/]{22}==\r\n/i);
  expect(connection.received).toMatch(/\r\norigin: http:\/\/h\r\n/);
  expect(connection.received).toMatch(/\r\nupgrade: websocket\r\n/i);
  stream.end();
  const closed = once(stream, 'close');
  connection.socket.end();
  await closed;
  const other = { ':method': 'CONNECT', ':protocol': 'other', ':scheme': 'http', ':path': '/' };
  expect(await client.request(other)).toMatchObject({ status: 501 });
});

it('a connection that has been silent from its start is closed', async () => {
  await using proxy = await startProxy(
    [1],
    { connections: { headersTimeoutMs: 20, keepAliveTimeoutMs: 20 } },
    BOTH,
  );
  const silent = connectTcp(proxy.port, '127.0.0.1');
  await once(silent, 'close');
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  await once(client.session, 'close');
});

/** A number once it has stayed the same for a moment. */
async function settled(measure: () => number): Promise<number> {
  let last = Number.NaN;
  for (let same = 0; same < 20; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const value = measure();
    same = value === last ? same + 1 : 0;
    last = value;
  }
  return last;
}
