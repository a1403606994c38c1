import { afterAll, beforeAll, expect, it } from 'vitest';
import { exchangeBytes, parts, rawClient } from './testing/raw-client.ts';
import { type RawUpstream, rawUpstream } from './testing/raw-upstream.ts';
import { startProxy, type TestProxy } from './testing/start-proxy.ts';

let upstream: RawUpstream;
let proxy: TestProxy;
beforeAll(async () => {
  upstream = await rawUpstream('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  proxy = await startProxy([upstream.port]);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

const HOST = 'Host: h\r\nConnection: close\r\n';

it.each<[string, number, string]>([
  ['GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'bad-host'],
  [`GET / HTTP/1.1\r\n${HOST}Host: h\r\n\r\n`, 400, 'bad-host'],
  ['GET / HTTP/1.1\r\nConnection: close\r\nHost: a/b\r\n\r\n', 400, 'bad-host'],
  ['GET / HTTP/1.1\r\nConnection: close\r\nHost: u@h\r\n\r\n', 400, 'bad-host'],
  ['GET / HTTP/1.1\r\nConnection: close\r\nHost:\r\n\r\n', 400, 'bad-host'],
  [`GET * HTTP/1.1\r\n${HOST}\r\n`, 400, 'bad-target'],
  [`GET /a#b HTTP/1.1\r\n${HOST}\r\n`, 400, 'bad-target'],
  [`GET http://u@h/ HTTP/1.1\r\n${HOST}\r\n`, 400, 'bad-target'],
  [`GET /a\x01b HTTP/1.1\r\n${HOST}\r\n`, 400, 'bad-target'],
  [`GET / HTTP/1.1\r\n${HOST}X: a\x01b\r\n\r\n`, 400, 'bad-header'],
  [`GET / HTTP/1.1\r\n${HOST}X : b\r\n\r\n`, 400, 'bad-header'],
  [`GET / HTTP/1.1\r\n${HOST}X: a\r\n folded\r\n\r\n`, 400, 'bad-header'],
  [`GET / HTTP/1.1\r\n${HOST}X: a\rb\r\n\r\n`, 400, 'bad-request'],
  [
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
    400,
    'bad-framing',
  ],
  [
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    'bad-framing',
  ],
  [`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding:\r\n\r\n0\r\n\r\n`, 400, 'bad-framing'],
  [`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400, 'bad-framing'],
  [
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    501,
    'coding-not-supported',
  ],
  [`POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400, 'bad-framing'],
  [`POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`, 400, 'bad-framing'],
  [`POST / HTTP/1.1\r\n${HOST}Content-Length: 1, 1\r\n\r\nx`, 400, 'bad-framing'],
  [`POST / HTTP/1.1\r\n${HOST}Content-Length: +1\r\n\r\nx`, 400, 'bad-framing'],
  [`POST / HTTP/1.1\r\n${HOST}Content-Length: 9007199254740993\r\n\r\nx`, 400, 'bad-framing'],
  [`FOO / HTTP/1.1\r\n${HOST}\r\n`, 501, 'method-not-supported'],
  [`CONNECT h:443 HTTP/1.1\r\n${HOST}\r\n`, 501, 'method-not-supported'],
  [`GET / HTTP/2.0\r\n${HOST}\r\n`, 400, 'bad-request'],
  [`GET /${'a'.repeat(8_192)} HTTP/1.1\r\n${HOST}\r\n`, 414, 'target-too-long'],
  [`GET / HTTP/1.1\r\n${HOST}${'X: a\r\n'.repeat(100)}\r\n`, 431, 'too-many-headers'],
  [`GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(17_000)}\r\n\r\n`, 431, 'headers-too-large'],
  [`GET / HTTP/1.1\r\n${HOST}Via: 1.1 evenkeel, 1.1 x, 1.1 evenkeel\r\n\r\n`, 508, 'loop-detected'],
  [`TRACE / HTTP/1.1\r\n${HOST}Max-Forwards: 0\r\n\r\n`, 501, 'method-not-supported'],
])('%j is answered %i %s and never forwarded', async (request, status, reason) => {
  const before = upstream.connections.length;
  const answer = parts(await exchangeBytes(proxy.port, request));
  expect(answer.status).toBe(status);
  expect(answer.head).toContain(`x-evenkeel-reason: ${reason}\r\n`);
  expect(answer.head).toMatch(/\r\ndate: /i);
  expect(JSON.parse(answer.body)).toMatchObject({ status, reason });
  expect(upstream.connections).toHaveLength(before);
});

it('answers HEAD without content, with the length that GET would have', async () => {
  const answer = parts(await exchangeBytes(proxy.port, `HEAD /a#b HTTP/1.1\r\n${HOST}\r\n`));
  expect(answer).toMatchObject({ status: 400, body: '' });
  expect(answer.head).toMatch(/content-length: [1-9]/);
});

it('still serves after all of these', async () => {
  const answer = parts(await exchangeBytes(proxy.port, `GET / HTTP/1.1\r\n${HOST}\r\n`));
  expect(answer).toMatchObject({ status: 200, body: 'ok' });
});

it('answers 408 to a client that is too slow, whether or not it has begun', async () => {
  await using slow = await startProxy([], { connections: { headersTimeoutMs: 50 } });
  const refused: unknown[] = [];
  slow.proxy.subscribe((event) => refused.push(event));
  const answers = await Promise.all(
    ['', 'GET / HTTP/1.1\r\nHos'].map((text) => exchangeBytes(slow.port, text)),
  );
  for (const answer of answers)
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*x-evenkeel-reason: request-timeout\r\n/s);
  expect(refused).toHaveLength(2);
  expect(refused[0]).toMatchObject({
    type: 'connectionRefused',
    remoteAddress: '127.0.0.1',
    reason: 'request-timeout',
    error: { code: 'ERR_HTTP_REQUEST_TIMEOUT' },
  });
});

it('a request that breaks behind one that is not answered yet costs the connection, not the answer', async () => {
  await using hanging = await rawUpstream();
  await using other = await startProxy([hanging.port]);
  using client = rawClient(other.port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  await (await hanging.connection(0)).until('\r\n\r\n');
  client.write('GARBAGE\r\n\r\n');
  expect((await client.end()).text).toBe('');
  expect(await other.event(0)).toMatchObject({ status: 499 });
});

it('content that breaks the framing is answered 400 and never completed upstream', async () => {
  await using hanging = await rawUpstream();
  await using other = await startProxy([hanging.port]);
  using client = rawClient(
    other.port,
    'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n',
  );
  const connection = await hanging.connection(0);
  await connection.until('one');
  client.write('zz\r\n');
  expect(parts((await client.end()).text).status).toBe(400);
  await connection.closed;
  expect(connection.received.endsWith('0\r\n\r\n')).toBe(false);
});
