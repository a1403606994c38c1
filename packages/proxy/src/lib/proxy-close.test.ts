import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { manualClock } from '@evenkeel/core/testing';
import { keepAliveLoad } from '@evenkeel/services';
import { expect, it } from 'vitest';

import { answerOf } from './testing/http2-client.ts';
import { parts, rawClient } from './testing/raw-client.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

it('lets open exchanges finish and asks their clients to close', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, GET);
  const connection = await upstream.connection(0);
  await connection.until('\r\n\r\n');
  const closed = proxy.proxy.close();
  let done = false;
  void closed.then(() => {
    done = true;
  });
  await refused(proxy.port);
  connection.socket.write(OK);
  const answer = parts((await client.end()).text);
  expect(answer.body).toBe('ok');
  expect(answer.head).toMatch(/\r\nconnection: close\r\n/i);
  await closed;
  expect(done).toBe(true);
});

it('closes idle connections, used or not, and accepts no new ones', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port]);
  using used = rawClient(proxy.port, GET);
  await used.until('ok');
  using unused = rawClient(proxy.port);
  await once(unused.socket, 'connect');
  using sentPart = rawClient(proxy.port, '');
  await once(sentPart.socket, 'connect');
  await proxy.proxy.close();
  await Promise.all([used.end(), unused.end(), sentPart.end()]);
  await refused(proxy.port);
});

it('answers a request that arrived before the close', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, GET);
  await client.until('ok');
  const received = client.received.length;
  client.write(GET);
  // The bytes are in the kernel when the write has been flushed on loopback.
  await new Promise((resolve) => client.socket.write('', resolve));
  const closed = proxy.proxy.close();
  const { text } = await client.end();
  expect(parts(text.slice(received)).body).toBe('ok');
  await closed;
});

it('breaks off what is left after the grace', async () => {
  const clock = manualClock();
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], { clock });
  using client = rawClient(proxy.port, GET);
  const connection = await upstream.connection(0);
  await connection.until('\r\n\r\n');
  const closed = proxy.proxy.close({ graceMs: 500 });
  clock.advance(499);
  expect(client.socket.destroyed).toBe(false);
  expect(proxy.proxy.active).toBe(1);
  clock.advance(1);
  await Promise.all([closed, client.end(), connection.closed]);
  expect(proxy.proxy.active).toBe(0);
});

it('waits for tunnels as well, up to the grace', async () => {
  const clock = manualClock();
  await using upstream = await rawUpstream(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  await using proxy = await startProxy([upstream.port], { clock });
  using client = rawClient(
    proxy.port,
    GET.replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'),
  );
  await client.until('101');
  const closed = proxy.proxy.close({ graceMs: 500 });
  expect(proxy.proxy.active).toBe(1);
  clock.advance(500);
  await Promise.all([closed, client.end()]);
});

it('can be called again, and with a shorter grace', async () => {
  const clock = manualClock();
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], { clock });
  using client = rawClient(proxy.port, GET);
  await (await upstream.connection(0)).until('\r\n\r\n');
  const first = proxy.proxy.close({ graceMs: 10_000 });
  const second = proxy.proxy.close({ graceMs: 10 });
  clock.advance(10);
  await Promise.all([first, second, client.end()]);
  await proxy.proxy.close();
  await expect(proxy.proxy.listen({ port: 0 })).rejects.toThrow('the proxy is closed');
});

it('reports a port that is in use', async () => {
  await using proxy = await startProxy([]);
  await expect(proxy.proxy.listen({ port: proxy.port, host: '127.0.0.1' })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

it('can be embedded in any server of node:http', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port]);
  const server = createServer((request, response) => {
    if (request.url === '/own') response.end('mine');
    else proxy.proxy.handle(request, response);
  });
  server.on('upgrade', proxy.proxy.handleUpgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const text = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  expect(await text('/own')).toBe('mine');
  expect(await text('/other')).toBe('ok');
  server.close();
  server.closeAllConnections();
});

it('leaves idle connections open for a moment, and tells a client that still uses one to close it', async () => {
  const clock = manualClock();
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], { clock });
  using used = rawClient(proxy.port, GET);
  await used.until('ok');
  using idle = rawClient(proxy.port, GET);
  await idle.until('ok');
  const closed = proxy.proxy.close({ idleMs: 100 });
  expect(proxy.proxy.draining).toBe(true);
  await refused(proxy.port);
  clock.advance(99);
  used.write(GET);
  const answer = parts((await used.end()).text.slice(used.received.indexOf('ok') + 2));
  expect([answer.status, answer.body]).toEqual([200, 'ok']);
  expect(answer.head).toMatch(/\r\nconnection: close\r\n/i);
  expect(idle.socket.destroyed).toBe(false);
  clock.advance(1);
  await Promise.all([idle.end(), closed]);
});

it('lets go of HTTP/2 that begins on a connection of before: after a first request, or when there is none', async () => {
  const clock = manualClock();
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], { clock }, { protocols: ['http/1.1', 'h2c'] });
  const sockets = [connect(proxy.port, '127.0.0.1'), connect(proxy.port, '127.0.0.1')];
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const closed = proxy.proxy.close({ idleMs: 100 });
  await refused(proxy.port);
  const [asking, silent] = sockets.map((socket) =>
    connectHttp2('http://h', { createConnection: () => socket }),
  );
  await Promise.all([once(asking!, 'remoteSettings'), once(silent!, 'remoteSettings')]);
  expect(await answerOf(asking!.request({ ':authority': 'h' }))).toMatchObject({ status: 200, body: 'ok' });
  if (!asking!.closed) await once(asking!, 'close');
  expect(silent!.closed).toBe(false);
  clock.advance(100);
  await Promise.all([once(silent!, 'close'), closed]);
});

it('goes on as before for the delay', async () => {
  const clock = manualClock();
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], { clock });
  expect(proxy.proxy.draining).toBe(false);
  const closed = proxy.proxy.close({ delayMs: 1_000, idleMs: 0, graceMs: 500 });
  expect(proxy.proxy.draining).toBe(true);
  using client = rawClient(proxy.port, GET);
  await client.until('\r\n\r\nok');
  expect(client.received).toMatch(/\r\nconnection: keep-alive\r\n/i);
  clock.advance(1_000);
  await Promise.all([closed, client.end()]);
  await refused(proxy.port);
});

it('gives open exchanges their grace after the delay, and a second call can cut the delay', async () => {
  const clock = manualClock();
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], { clock });
  using client = rawClient(proxy.port, GET);
  await (await upstream.connection(0)).until('\r\n\r\n');
  const first = proxy.proxy.close({ delayMs: 1_000, graceMs: 500 });
  clock.advance(1_499);
  expect(client.socket.destroyed).toBe(false);
  clock.advance(1);
  await Promise.all([first, client.end()]);
  await using other = await startProxy([upstream.port], { clock });
  const slow = other.proxy.close({ delayMs: 1_000 });
  const fast = other.proxy.close({ graceMs: 0 });
  clock.advance(0);
  await Promise.all([slow, fast]);
  await refused(other.port);
});

it('closes one of several listeners, with what is open on it, and leaves the others alone', async () => {
  const clock = manualClock();
  await using upstream = await rawUpstream(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  await using proxy = await startProxy([upstream.port], { clock });
  const other = await proxy.proxy.listen({ port: 0, host: '127.0.0.1' });
  const upgrade = GET.replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n');
  using kept = rawClient(proxy.port, upgrade);
  using tunnel = rawClient(other.port, upgrade);
  await Promise.all([kept.until('101'), tunnel.until('101')]);
  const closed = other.close({ graceMs: 500, idleMs: 0 });
  expect(proxy.proxy.draining).toBe(false);
  await refused(other.port);
  clock.advance(500);
  await Promise.all([closed, tunnel.end()]);
  expect([proxy.proxy.active, kept.socket.destroyed]).toEqual([1, false]);
  const again = await proxy.proxy.listen({ port: other.port, host: '127.0.0.1' });
  expect(again.port).toBe(other.port);
});

it.each([1, 2, 3, 4, 5, 6])('loses no request of clients in full flow (run %i)', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port]);
  const load = keepAliveLoad(proxy.port, { clients: 64, pauseMs: 60 });
  await load.reached(300);
  const [started, connections] = [load.answered, load.connections];
  await proxy.proxy.close();
  await load.refused;
  expect(load.lost).toBe(0);
  expect(Object.keys(load.statuses)).toEqual(['200']);
  // Each client was told on the connection that it had; none was cut.
  expect(load.answered - started).toBeGreaterThanOrEqual(64);
  expect([connections, load.connections]).toEqual([64, 64]);
});

/** Resolves when the port accepts no connections any more. */
async function refused(port: number): Promise<void> {
  for (let accepted = true; accepted; ) {
    const socket = connect(port, '127.0.0.1');
    accepted = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
    });
    socket.destroy();
  }
}
