import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { exchangeBytes, parts, rawClient } from './testing/raw-client.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';

/** What a client gets for an upstream's answer, after which the upstream closes if told to. */
async function relayed(answer: string, { request = REQUEST, close = false } = {}) {
  await using upstream = await rawUpstream((_head, { socket }) => {
    socket.write(answer, 'latin1');
    if (close) socket.end();
  });
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, request);
  const { text, reset } = await client.end();
  const event = await proxy.event(0);
  return { ...parts(text), text, reset, event };
}

it('drops interim responses that a client leaves unread, so that they do not pile up', async () => {
  const flood = Buffer.from('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(100));
  let sent = 0;
  await using upstream = await rawUpstream((_head, { socket }) => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(flood)) sent += flood.length;
      sent += flood.length;
    };
    socket.on('drain', more);
    more();
  });
  let downstream: Socket | undefined;
  await using proxy = await startProxy([upstream.port]);
  const server = createServer((request, response) => {
    downstream = request.socket;
    proxy.proxy.handle(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  using client = rawClient((server.address() as AddressInfo).port);
  client.socket.pause();
  client.write(REQUEST);
  await vi.waitUntil(() => sent > 64 * 2 ** 20, { timeout: 15_000 });
  expect(downstream?.writableLength).toBeLessThan(2 ** 20);
  client.socket.destroy();
  server.close();
});

it('never shows the text of an error', async () => {
  await using proxy = await startProxy([1]);
  const answer = await exchangeBytes(proxy.port, REQUEST);
  expect(parts(answer)).toMatchObject({ status: 502 });
  expect(answer).toContain('upstream-unreachable');
  expect(answer).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/);
});

it('asks to come back when no endpoint can take the request', async () => {
  await using proxy = await startProxy([]);
  const { status, head } = parts(await exchangeBytes(proxy.port, REQUEST));
  expect(status).toBe(503);
  expect(head).toMatch(/x-evenkeel-reason: no-endpoints\r\nretry-after: 1\r\n/);
});

it('tells of each exchange once', async () => {
  const { event } = await relayed('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
  expect(event).toEqual({
    type: 'exchangeEnded',
    method: 'GET',
    host: 'h',
    target: '/',
    remoteAddress: '127.0.0.1',
    httpVersion: '1.1',
    requestHeaders: ['Host', 'h', 'Connection', 'close'],
    route: '*/',
    cluster: 'api',
    endpoint: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    attempts: 1,
    attemptLog: [expect.objectContaining({ kind: 'first', outcome: 'success', status: 404 })],
    cacheStatus: undefined,
    status: 404,
    reason: undefined,
    error: undefined,
    responseHeaders: ['Content-Length', '0'],
    requestBytes: 0,
    responseBytes: 0,
    firstByteMs: expect.any(Number),
    durationMs: expect.any(Number),
  });
});
