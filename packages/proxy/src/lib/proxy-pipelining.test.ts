import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { createProxy } from './proxy.ts';
import { rawClient } from './testing/raw-client.ts';
import { rawUpstream, type UpstreamConnection } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
const UPGRADE = 'GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** The answers in a text, by status, in order. */
const statuses = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

/** Answers upgrades with 101, and each other request with its own path. */
function answer(head: string, { socket }: UpstreamConnection): void {
  const path = head.split(' ')[1] ?? '';
  if (path === '/ws') socket.write(SWITCH);
  else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
}

it('answers pipelined requests in order, one after the other', async () => {
  await using upstream = await rawUpstream(answer);
  await using proxy = await startProxy([upstream.port]);
  const paths = Array.from({ length: 1_000 }, (_, i) => `/${i}.`);
  using client = rawClient(proxy.port, paths.map(get).join(''));
  const text = await client.until('/999.');
  expect([...text.matchAll(/\r\n\r\n(\/\d+\.)/g)].map(([, path]) => path)).toEqual(paths);
  // One after the other; now and then the connection is not free yet when the next request comes.
  expect(upstream.connections.length).toBeLessThan(10);
});

it('begins with a pipelined request only after the one before it', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, get('/1') + get('/2'));
  const connection = await upstream.connection(0);
  await connection.until('GET /1 ');
  expect(proxy.proxy.active).toBe(1);
  connection.socket.write(OK);
  await client.until('ok');
  const second = () => upstream.connections.find(({ received }) => received.includes('GET /2 '));
  (await vi.waitUntil(second)).socket.write(OK);
  await client.until(/ok.*ok/s);
});

it('a client that goes away takes what it has pipelined along', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  const client = rawClient(proxy.port, get('/1') + get('/2'));
  const connection = await upstream.connection(0);
  await connection.until('GET /1 ');
  client.socket.destroy();
  await connection.closed;
  await vi.waitFor(() => expect(proxy.proxy.active).toBe(0));
  expect(proxy.events).toHaveLength(1);
  expect(upstream.connections).toHaveLength(1);
});

it.each([
  ['one request', get('/1'), [200, 101]],
  ['several', get('/1') + get('/2') + get('/3'), [200, 200, 200, 101]],
])('switches protocols behind %s, after their answers', async (_name, before, expected) => {
  await using upstream = await rawUpstream(answer);
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, `${before}${UPGRADE}early`);
  const text = await client.until(/ 101 .*\r\n\r\n/s);
  expect(statuses(text)).toEqual(expected);
  const tunnel = upstream.connections.find(({ received }) => received.includes('/ws'));
  await tunnel?.until('early');
});

it('an upgrade behind an unanswered request whose client resets the connection harms nobody', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  const client = rawClient(proxy.port, get('/1') + UPGRADE);
  const connection = await upstream.connection(0);
  await connection.until('GET /1 ');
  client.socket.resetAndDestroy();
  await connection.closed;
  await vi.waitFor(() => expect(proxy.proxy.active).toBe(0));
});

it('bytes behind the last request of a connection do not cost its answer (RFC 9112 §9.6)', async () => {
  await using upstream = await rawUpstream(answer);
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, `GET /1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n${get('/2')}`);
  const { text } = await client.end();
  expect(statuses(text)).toEqual([200]);
  expect(text.endsWith('/1')).toBe(true);
});

it('CONNECT is refused after the answers before it', async () => {
  await using upstream = await rawUpstream(answer);
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, `${get('/1')}CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n`);
  expect(statuses((await client.end()).text)).toEqual([200, 501]);
});

it('in a server of your own, an upgrade behind an answer that another handler owes costs the connection', async () => {
  await using upstream = await rawUpstream(answer);
  await using inner = await startProxy([upstream.port]);
  await using proxy = createProxy({ routes: [{ cluster: 'api' }], clusters: [inner.cluster] });
  const server = createServer(() => {});
  server.on('upgrade', proxy.handleUpgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  using client = rawClient((server.address() as AddressInfo).port, get('/mine') + UPGRADE);
  expect((await client.end()).text).toBe('');
  await vi.waitFor(() => expect(proxy.active).toBe(0));
  server.close();
});

it('a request that claims HTTP/2 waits for its turn like any other', async () => {
  await using upstream = await rawUpstream(answer);
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(
    proxy.port,
    `${get('/1')}${get('/2')}GET / HTTP/2.0\r\nHost: h\r\nConnection: close\r\n\r\n`,
  );
  expect(statuses((await client.end()).text)).toEqual([200, 200, 400]);
});

it('the streams of one HTTP/2 connection do not wait for each other on a server that it cannot serve', async () => {
  await using proxy = createProxy({ clusters: [], routes: [{ respond: { status: 204 } }] });
  // The types forbid it, as what such a server hands over is only half of what `node:http` does.
  const server = createHttp2Server(proxy.handle as unknown as Parameters<typeof createHttp2Server>[1]);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connectHttp2(`http://127.0.0.1:${port}`);
  try {
    const streams = [1, 2, 3].map(() => client.request({ ':path': '/' }));
    const answers = await Promise.all(streams.map((stream) => once(stream, 'response')));
    expect(answers.map(([headers]) => headers[':status'])).toEqual([400, 400, 400]);
  } finally {
    client.destroy();
    server.close();
  }
});
