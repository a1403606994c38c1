import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { exchangeBytes, parts, rawClient } from './testing/raw-client.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const FIELDS =
  'Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://o.example\r\nCookie: a=b\r\n';
const REQUEST = `GET /chat?room=1 HTTP/1.1\r\nHost: h\r\n${FIELDS}\r\n`;
const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

it('passes a WebSocket handshake on untouched, then bytes in both directions (RFC 6455)', async () => {
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

it('holds the pick until the tunnel closes, whoever closes it', async () => {
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

it('keeps the other direction open when a client ends its own', async () => {
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

it('an answer other than 101 is an ordinary one, even with an Upgrade field (CVE-2024-23326)', async () => {
  await using upstream = await rawUpstream(
    'HTTP/1.1 200 OK\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nno',
  );
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, REQUEST);
  const { status, head, body } = parts((await client.end()).text);
  expect({ status, body }).toEqual({ status: 200, body: 'no' });
  expect(head).not.toMatch(/upgrade/i);
});

it('answers an upgrade that cannot be forwarded', async () => {
  await using proxy = await startProxy([]);
  const answer = parts(await exchangeBytes(proxy.port, REQUEST));
  expect(answer.status).toBe(503);
  expect(answer.head).toContain('x-evenkeel-reason: no-endpoints');
});

it.each(['#', ' '])('a bad target in an upgrade is refused, not fatal (CVE-2026-129502): %j', async (bad) => {
  await using proxy = await startProxy([]);
  const answer = await exchangeBytes(proxy.port, REQUEST.replace('?room', `${bad}room`));
  expect(parts(answer).status).toBe(400);
});

it('refuses an upgrade with content (CVE-2026-58055)', async () => {
  await using upstream = await rawUpstream(SWITCH);
  await using proxy = await startProxy([upstream.port]);
  const request = REQUEST.replace('Cookie', 'Content-Length: 3\r\nCookie');
  const answer = parts(await exchangeBytes(proxy.port, `${request}abc`));
  expect(answer.status).toBe(400);
  expect(answer.head).toContain('x-evenkeel-reason: bad-upgrade');
  expect(upstream.connections).toHaveLength(0);
});

it.each(['h2c', 'tls/1.0', 'websocket, h2c'])(
  'ignores an upgrade to %s, which never reaches the upstream',
  async (protocol) => {
    await using upstream = await rawUpstream('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    await using proxy = await startProxy([upstream.port]);
    using client = rawClient(proxy.port, REQUEST.replace('Upgrade: websocket', `Upgrade: ${protocol}`));
    await client.until('ok');
    expect(upstream.connections[0]?.received).not.toMatch(/upgrade/i);
  },
);

it('in a server that asks nobody before an upgrade, ignores or refuses what is not served', async () => {
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

it('survives connections that break in every state of an upgrade (CVE-2026-129500)', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  const waiting = rawClient(proxy.port, REQUEST);
  const connection = await upstream.connection(0);
  await connection.until('\r\n\r\n');
  waiting.socket.resetAndDestroy();
  await connection.closed;
  expect(await proxy.event(0)).toMatchObject({ status: 499, reason: 'client-gone' });
  using refused = rawClient(proxy.port, REQUEST);
  (await upstream.connection(1)).socket.resetAndDestroy();
  expect(parts((await refused.end()).text).status).toBe(502);
});
