import { manualClock } from '@evenkeel/core/testing';
import { expect, it } from 'vitest';
import { rawClient } from '../testing/raw-client.ts';
import { through } from '../testing/through.ts';
import { type BodyLimitOptions, bodyLimit } from './body-limit.ts';

const CHUNKED = 'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const silent = (): void => {};

it('lets content of the greatest length pass, of a known length and of none', async () => {
  await using proxy = await through([bodyLimit({ maxBytes: 5 })]);
  expect((await fetch(proxy.url, { method: 'POST', body: '12345' })).status).toBe(200);
  using client = rawClient(proxy.port, `${CHUNKED}5\r\n12345\r\n0\r\n\r\n`);
  expect(await client.until('ok')).toMatch(/^HTTP\/1\.1 200 /);
  expect((await fetch(proxy.url)).status).toBe(200);
});

it('answers 413 by the length alone, and asks nobody', async () => {
  await using proxy = await through([bodyLimit({ maxBytes: 5 })]);
  using client = rawClient(
    proxy.port,
    'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n',
  );
  const answer = await client.until('"reason"');
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).not.toContain('100 Continue');
  expect(await proxy.event(0)).toMatchObject({ status: 413, reason: 'content-too-large', attempts: 0 });
  expect(proxy.upstream.connections).toHaveLength(0);
});

it('breaks the upstream request off when chunked content passes the limit, and answers 413', async () => {
  await using proxy = await through([bodyLimit({ maxBytes: 5 })], silent);
  using client = rawClient(proxy.port, `${CHUNKED}4\r\n1234\r\n`);
  const connection = await proxy.upstream.connection(0);
  await connection.until('1234');
  client.write('2\r\n56\r\n0\r\n\r\n');
  expect(await client.until('"reason":"content-too-large"')).toMatch(/^HTTP\/1\.1 413 /);
  await connection.closed;
  expect(connection.received).not.toContain('0\r\n\r\n');
  expect(connection.received).not.toContain('56');
  expect(await proxy.event(0)).toMatchObject({ status: 413, reason: 'content-too-large', attempts: 1 });
});

it('does not try again', async () => {
  await using proxy = await through([bodyLimit({ maxBytes: 5 })], silent, {
    client: { retry: { maxRetries: 3 } },
  });
  using client = rawClient(proxy.port, CHUNKED.replace('POST', 'PUT'));
  client.write('4\r\n1234\r\n');
  await (await proxy.upstream.connection(0)).until('1234');
  client.write('2\r\n56\r\n0\r\n\r\n');
  await client.until('content-too-large');
  expect(await proxy.event(0)).toMatchObject({ status: 413, attempts: 1 });
});

it('breaks an answer off that has begun already', async () => {
  await using proxy = await through([bodyLimit({ maxBytes: 5 })], (_head, { socket }) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n');
  });
  using client = rawClient(proxy.port, `${CHUNKED}4\r\n1234\r\n`);
  await client.until('ok');
  client.write('2\r\n56\r\n0\r\n\r\n');
  expect((await client.end()).text).not.toContain('0\r\n\r\n');
  expect(await proxy.event(0)).toMatchObject({ status: 200, reason: 'content-too-large' });
});

it('answers 408 when content stands still, not while the upstream holds it up', async () => {
  const clock = manualClock();
  await using proxy = await through([bodyLimit({ idleTimeoutMs: 1_000, clock })], silent);
  using client = rawClient(proxy.port, `${CHUNKED}4\r\n1234\r\n`);
  const connection = await proxy.upstream.connection(0);
  await connection.until('1234');
  clock.advance(900);
  client.write('1\r\n5\r\n');
  await connection.until('1\r\n5');
  clock.advance(900);
  expect(client.received).toBe('');
  clock.advance(100);
  expect(await client.until('"reason":"request-timeout"')).toMatch(/^HTTP\/1\.1 408 /);
  await connection.closed;
  expect(clock.pendingTimers).toBe(0);
});

it('does not call a client slow that waits for the upstream', async () => {
  const clock = manualClock();
  await using proxy = await through([bodyLimit({ idleTimeoutMs: 1_000, clock })], silent);
  const length = 64 * 1_024 * 1_024;
  using client = rawClient(proxy.port, `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`);
  const connection = await proxy.upstream.connection(0);
  connection.socket.pause();
  client.socket.write(Buffer.alloc(length));
  await expect.poll(() => clock.pendingTimers).toBe(0);
  clock.advance(10_000);
  connection.socket.resume();
  connection.socket.on('data', () => {
    if (connection.received.length > length)
      connection.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  expect(await client.until('ok')).toMatch(/^HTTP\/1\.1 200 /);
});

it('answers 408 when content takes too long as a whole, however it trickles', async () => {
  const clock = manualClock();
  await using proxy = await through([bodyLimit({ idleTimeoutMs: 1_000, timeoutMs: 2_500, clock })], silent);
  using client = rawClient(proxy.port, CHUNKED);
  for (const digit of '123') {
    client.write(`1\r\n${digit}\r\n`);
    await (await proxy.upstream.connection(0)).until(`1\r\n${digit}`);
    clock.advance(900);
  }
  expect(await client.until('request-timeout')).toMatch(/^HTTP\/1\.1 408 /);
});

it('breaks the upstream request off when the client leaves', async () => {
  await using proxy = await through([bodyLimit({ maxBytes: 50 })], silent);
  using client = rawClient(proxy.port, `${CHUNKED}4\r\n1234\r\n`);
  const connection = await proxy.upstream.connection(0);
  await connection.until('1234');
  client.socket.destroy();
  await connection.closed;
  expect(connection.received).not.toContain('0\r\n\r\n');
  expect(await proxy.event(0)).toMatchObject({ reason: 'client-gone' });
});

it.each<[unknown, string]>([
  [{}, 'maxBytes: got undefined, expected at least one of'],
  [{ maxBytes: -1 }, 'maxBytes: '],
  [{ idleTimeoutMs: 0 }, 'idleTimeoutMs: '],
  [{ timeoutMs: '1' }, 'timeoutMs: '],
  [{ limit: 1 }, 'limit: '],
])('refuses %j', (options, message) => {
  expect(() => bodyLimit(options as BodyLimitOptions)).toThrow(message);
});
