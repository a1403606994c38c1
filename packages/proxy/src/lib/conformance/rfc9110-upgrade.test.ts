import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { exchangeBytes, parts, rawClient } from '../testing/raw-client.ts';
import { rawUpstream } from '../testing/raw-upstream.ts';
import { startProxy } from '../testing/start-proxy.ts';
import { valuesOf } from '../testing/strict-head.ts';
import { throughProxy } from '../testing/through-proxy.ts';

const FIELDS =
  'Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://o.example\r\nCookie: a=b\r\n';
const REQUEST = `GET /chat?room=1 HTTP/1.1\r\nHost: h\r\n${FIELDS}\r\n`;
const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

it('RFC 6455 §4: a WebSocket handshake goes on untouched, then bytes in both directions, early ones too', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  // Bytes that come too early, on both sides, must arrive as well.
  using client = rawClient(proxy.port, `${REQUEST}early\x00\xff`);
  const connection = await upstream.connection(0);
  const head = await connection.until('\r\n\r\n');
  expect(head).toContain(
    'GET /chat?room=1 HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: websocket\r\n',
  );
  expect(head).toContain('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n');
  expect(head).toContain('Origin: http://o.example\r\nCookie: a=b\r\n');
  expect(connection.received).not.toContain('early');
  connection.socket.write(`${SWITCH}hello`, 'latin1');
  const answer = await client.until('hello');
  expect(answer.startsWith('HTTP/1.1 101 Switching Protocols\r\n')).toBe(true);
  expect(answer).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n');
  expect(answer).toMatch(/\r\nupgrade: websocket\r\nconnection: upgrade\r\n/i);
  await connection.until('early\x00\xff');
  client.write('\x01frame\xfe');
  await connection.until('\x01frame\xfe');
  connection.socket.write('\x02back\xfd', 'latin1');
  await client.until('\x02back\xfd');
});

it('a tunnel counts as in flight until it closes, whoever closes it', async () => {
  await using upstream = await rawUpstream(SWITCH);
  await using proxy = await startProxy([upstream.port]);
  const inFlight = () => proxy.cluster.inspect().endpoints[0]?.inFlight;
  const first = rawClient(proxy.port, REQUEST);
  await first.until('\r\n\r\n');
  expect(inFlight()).toBe(1);
  first.socket.destroy();
  await (await upstream.connection(0)).closed;
  expect(await proxy.event(0)).toMatchObject({ status: 101, reason: undefined, attempts: 1 });
  await vi.waitFor(() => expect(inFlight()).toBe(0));
  using second = rawClient(proxy.port, REQUEST);
  await second.until('\r\n\r\n');
  (await upstream.connection(1)).socket.destroy();
  await second.end();
  await proxy.event(1);
  await vi.waitFor(() => expect(inFlight()).toBe(0));
});

it('RFC 9293 §3.6: the other direction of a tunnel stays open when a client ends its own', async () => {
  await using upstream = await rawUpstream(SWITCH);
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, REQUEST);
  await client.until('\r\n\r\n');
  client.socket.end('last words');
  const connection = await upstream.connection(0);
  await connection.until('last words');
  connection.socket.write('and the answer');
  await client.until('and the answer');
});

it('RFC 9110 §15.6.4: an upgrade that no endpoint can take is answered 503', async () => {
  await using proxy = await startProxy([]);
  const answer = parts(await exchangeBytes(proxy.port, REQUEST));
  expect(answer.status).toBe(503);
  expect(answer.head).toContain('x-evenkeel-reason: no-endpoints');
});

it.each(['h2c', 'tls/1.0', 'websocket, h2c'])(
  'RFC 9110 §7.8: an upgrade to %s is ignored, and never reaches the upstream',
  async (protocol) => {
    await using upstream = await rawUpstream('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    await using proxy = await startProxy([upstream.port]);
    using client = rawClient(proxy.port, REQUEST.replace('Upgrade: websocket', `Upgrade: ${protocol}`));
    await client.until('ok');
    expect(upstream.connections[0]?.received).not.toMatch(/upgrade/i);
  },
);

it('RFC 9110 §7.8: so it is in a server that asks nobody before an upgrade; one with content is refused', async () => {
  await using upstream = await rawUpstream('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  await using proxy = await startProxy([upstream.port]);
  const server = createServer(proxy.proxy.handle).on('upgrade', proxy.proxy.handleUpgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const h2c = REQUEST.replace('Upgrade: websocket', 'Upgrade: h2c');
  const ignored = parts(await exchangeBytes(port, h2c));
  expect(ignored).toMatchObject({ status: 200, body: 'ok' });
  expect(upstream.connections[0]?.received).not.toMatch(/upgrade/i);
  const refused = parts(await exchangeBytes(port, h2c.replace('Cookie', 'Content-Length: 3\r\nCookie')));
  expect(refused.status).toBe(400);
  server.close();
});

it.each([
  ['of HTTP/1.0', 'GET / HTTP/1.0\r\nHost: h\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  [
    'that Connection does not name',
    'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nUpgrade: websocket\r\n\r\n',
  ],
])('RFC 9110 §7.8: an upgrade %s is ignored', async (_, sent) => {
  const { status, requests } = await throughProxy(sent);
  expect(status).toBe(200);
  expect(requests.map(({ fields }) => valuesOf(fields, 'upgrade'))).toEqual([[]]);
});

it('RFC 9110 §7.8: a connection that has switched never serves another request', async () => {
  await using upstream = await rawUpstream(SWITCH);
  await using proxy = await startProxy([upstream.port]);
  const tunnel = rawClient(proxy.port, REQUEST);
  await tunnel.until('101');
  tunnel.socket.end();
  await proxy.event(0);
  using next = rawClient(proxy.port, REQUEST);
  await next.until('101');
  expect(upstream.connections).toHaveLength(2);
  expect(upstream.connections.map(({ received }) => received.match(/GET /g)?.length)).toEqual([1, 1]);
});
