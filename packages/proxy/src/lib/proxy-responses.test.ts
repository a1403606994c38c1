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

it('keeps the order, case and number of fields, and every Set-Cookie line (RFC 9110 §5.3)', async () => {
  const fields = 'Set-Cookie: a=1\r\nX-Y: \xe9\r\nset-cookie: b=2, c\r\nSet-Cookie: a=1\r\nx-y: 2\r\n';
  const { head, body } = await relayed(`HTTP/1.1 200 Fine\r\n${fields}Content-Length: 2\r\n\r\nok`);
  expect(head).toContain(`HTTP/1.1 200 Fine\r\n${fields}Content-Length: 2\r\n`);
  expect(body).toBe('ok');
});

it('adds a Date where there is none, and keeps the one there is (RFC 9110 §6.6.1)', async () => {
  expect((await relayed('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')).head).toMatch(/\r\nDate: \w{3}, /);
  const dated = 'HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n';
  expect((await relayed(dated)).head.match(/date: /gi)).toHaveLength(1);
});

it('removes hop-by-hop fields and those that Connection names', async () => {
  const { head } = await relayed(
    'HTTP/1.1 200 OK\r\nConnection: keep-alive, X-In\r\nX-In: 1\r\nKeep-Alive: timeout=9\r\nProxy-Authenticate: x\r\nX-Out: 1\r\nContent-Length: 0\r\n\r\n',
  );
  expect(head).toContain('X-Out: 1\r\n');
  expect(head).not.toMatch(/X-In|timeout=9|Proxy-Authenticate/);
});

it('passes chunks on in chunks', async () => {
  const { head, body } = await relayed(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n',
  );
  expect(head).toMatch(/\r\nTransfer-Encoding: chunked\r\n/);
  expect(body).toBe('5\r\nhello\r\n0\r\n\r\n');
});

it('passes an answer that ends with the connection on in chunks', async () => {
  const { body } = await relayed('HTTP/1.1 200 OK\r\n\r\nhello', { close: true });
  expect(body).toBe('5\r\nhello\r\n0\r\n\r\n');
});

it.each([
  ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
  ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: "x"\r\n\r\n'],
])('an answer to %s of %j has no content (RFC 9110 §6.4.1)', async (method, answer) => {
  const { head, body } = await relayed(answer, { request: REQUEST.replace('GET', method) });
  expect(body).toBe('');
  expect(/content-length: 5/i.test(head)).toBe(answer.includes('Content-Length'));
  expect(head).not.toMatch(/transfer-encoding/i);
});

it('passes interim responses on, but not to HTTP/1.0 (RFC 9110 §15.2)', async () => {
  const answer =
    'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  const { text } = await relayed(answer);
  expect(text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  const old = await relayed(answer, { request: 'GET / HTTP/1.0\r\nHost: h\r\n\r\n' });
  expect(old.text.startsWith('HTTP/1.1 200 OK\r\n')).toBe(true);
});

it.each([
  'HTTP/1.1 000 None\r\nContent-Length: 2\r\n\r\nok',
  'HTTP/1.1 099 None\r\nContent-Length: 2\r\n\r\nok',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
])('passes nothing on of %j', async (answer) => {
  const { text, status, event } = await relayed(answer, { close: true });
  expect(text).toMatch(/^HTTP\/1\.1 502 /);
  expect(text).not.toContain('\r\n\r\nHTTP');
  expect(status).toBe(502);
  expect(event.reason).toBe('upstream-protocol');
});

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

it('passes trailers on to those who say that they take them, without the forbidden ones', async () => {
  const answer =
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\nSet-Cookie: a\r\nHost: b\r\n\r\n';
  const wanting = await relayed(answer, {
    request: REQUEST.replace('close', 'close, TE').replace('Host', 'TE: trailers\r\nHost'),
  });
  expect(wanting.head).toContain('Trailer: X-Sum\r\n');
  expect(wanting.body).toBe('2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n');
  const other = await relayed(answer);
  expect(other.head).not.toContain('Trailer');
  expect(other.body).toBe('2\r\nok\r\n0\r\n\r\n');
});

it.each([
  ['a length that was not reached', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
  ['chunks without the last', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
])('an upstream that breaks off after %s reaches the client as broken (RFC 9112 §8)', async (_, answer) => {
  const { text, body, event } = await relayed(answer, { close: true });
  expect(text).toContain('half');
  expect(body.endsWith('0\r\n\r\n')).toBe(false);
  expect(event).toMatchObject({ status: 200, reason: expect.stringMatching(/^upstream-/) });
});

it('resets an HTTP/1.0 client whose answer breaks off, as an orderly end would look whole', async () => {
  const { reset } = await relayed('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', {
    close: true,
    request: 'GET / HTTP/1.0\r\nHost: h\r\n\r\n',
  });
  expect(reset).toBe(true);
});

it.each<[string, string, number, string]>([
  ['nothing', '', 502, 'upstream-reset'],
  ['half a head', 'HTTP/1.1 200 OK\r\nX', 502, 'upstream-reset'],
  ['no HTTP', 'SSH-2.0-OpenSSH\r\n', 502, 'upstream-protocol'],
  ['a bad status', 'HTTP/1.1 2000 OK\r\n\r\n', 502, 'upstream-protocol'],
  [
    'two lengths',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
    502,
    'upstream-protocol',
  ],
  ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx', 502, 'upstream-protocol'],
  ['a bare CR', 'HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n', 502, 'upstream-protocol'],
  ['a control byte', 'HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 0\r\n\r\n', 502, 'upstream-protocol'],
  [
    'a switch nobody asked for',
    'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    502,
    'upstream-reset',
  ],
])('an upstream that says %s is answered for with %s', async (_, answer, status, reason) => {
  const result = await relayed(answer, { close: true });
  expect(result.status).toBe(status);
  expect(result.head).toContain(`x-evenkeel-reason: ${reason}`);
  expect(result.event).toMatchObject({ status, reason, error: expect.anything() });
});

it.each([
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello',
])('an upstream answer of two lengths never gets through with both: %j', async (answer) => {
  const { status, head } = await relayed(answer, { close: true });
  expect(status === 502 || !/content-length/i.test(head)).toBe(true);
});

it('bytes behind an answer never become the next answer', async () => {
  await using upstream = await rawUpstream(
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
  );
  await using proxy = await startProxy([upstream.port]);
  for (let i = 0; i < 5; i++) {
    const { status, body } = parts(await exchangeBytes(proxy.port, REQUEST));
    expect(status === 502 || body === 'ok').toBe(true);
  }
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

it('answers pipelined requests in order', async () => {
  await using upstream = await rawUpstream((head, { socket }) => {
    const name = head.slice(5, 6);
    const answer = `HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${name}`;
    if (name === 'a') setImmediate(() => socket.write(answer));
    else socket.write(answer);
  });
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(
    proxy.port,
    'GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\nGET /c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
  );
  const { text } = await client.end();
  expect(text.match(/\r\n\r\n[abc]/g)?.map((part) => part.at(-1))).toEqual(['a', 'b', 'c']);
});

it('tells of each exchange once', async () => {
  const { event } = await relayed('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
  expect(event).toEqual({
    type: 'exchangeEnded',
    method: 'GET',
    host: 'h',
    target: '/',
    remoteAddress: '127.0.0.1',
    clientAddress: '127.0.0.1',
    requestId: undefined,
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
