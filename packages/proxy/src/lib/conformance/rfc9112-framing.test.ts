import { expect, it } from 'vitest';
import { rawClient } from '../testing/raw-client.ts';
import { rawUpstream } from '../testing/raw-upstream.ts';
import { startProxy } from '../testing/start-proxy.ts';
import { valuesOf } from '../testing/strict-head.ts';
import { closing, throughProxy } from '../testing/through-proxy.ts';

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

/** A request that is refused, and upon which nothing more is read from its connection. */
async function refused(line: string, fields: string, content: string, status = 400): Promise<void> {
  const answer = await throughProxy(`${line}\r\nHost: h\r\n${fields}\r\n${content}${SMUGGLED}`);
  expect(answer).toMatchObject({ status, requests: [] });
  expect(answer.head).toMatch(/\r\nconnection: close\r\n/i);
  expect(answer.text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
}

it.each([
  ['chunked and a length', `${CHUNKED}Content-Length: 3\r\n`, '0\r\n\r\n'],
  ['a length and chunked', `Content-Length: 3\r\n${CHUNKED}`, '0\r\n\r\n'],
  ['chunked and a length of 0', `${CHUNKED}Content-Length: 0\r\n`, '0\r\n\r\n'],
])('RFC 9112 §6.1: %s together are answered 400', async (_, fields, content) => {
  await refused('POST / HTTP/1.1', fields, content);
});

it.each([
  '',
  'xchunked',
  'identity',
  'chunked, gzip',
  'chunked;q=1',
  '"chunked"',
  'chunked,',
  '\x0bchunked',
  'chunked, chunked',
])('RFC 9112 §6.3: Transfer-Encoding %j does not end in chunked alone: 4xx or 501', async (coding) => {
  const sent = `POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: ${coding}\r\n\r\n0\r\n\r\n${SMUGGLED}`;
  const answer = await throughProxy(sent);
  expect(answer.requests).toEqual([]);
  expect([400, 501]).toContain(answer.status);
  expect(answer.text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
});

it('RFC 9112 §6.3: Transfer-Encoding said twice is answered 400', async () => {
  await refused('POST / HTTP/1.1', CHUNKED + CHUNKED, '0\r\n\r\n');
});

it('RFC 9112 §6.1: a coding that is not known is answered 501', async () => {
  await refused('POST / HTTP/1.1', 'Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n', 501);
});

it('RFC 9112 §6.1: Transfer-Encoding in HTTP/1.0 is answered 400', async () => {
  await refused('POST / HTTP/1.0', `Connection: keep-alive\r\n${CHUNKED}`, '0\r\n\r\n');
});

it.each([
  '+1',
  '-1',
  '0x1',
  '1 1',
  '1,1',
  '1, 1',
  '1_0',
  '1.0',
  '',
  ' ',
  '\xb2',
  '9007199254740993',
  '18446744073709551617',
])('RFC 9110 §8.6: Content-Length %j is answered 400', async (length) => {
  await refused('POST / HTTP/1.1', `Content-Length: ${length}\r\n`, 'x');
});

it('RFC 9112 §6.3: lengths that differ, and equal ones said twice, are answered 400', async () => {
  await refused('POST / HTTP/1.1', 'Content-Length: 1\r\nContent-Length: 2\r\n', 'x');
  await refused('POST / HTTP/1.1', 'Content-Length: 1\r\ncontent-length: 1\r\n', 'x');
});

it.each([
  ['a size that is no number', 'zz\r\n'],
  ['a size with a sign', '+2\r\nhi\r\n0\r\n\r\n'],
  ['a size with 0x', '0x2\r\nhi\r\n0\r\n\r\n'],
  ['a space before the size', ' 2\r\nhi\r\n0\r\n\r\n'],
  ['a size that overflows 64 bits', '10000000000000002\r\nhi\r\n0\r\n\r\n'],
  ['a bare LF behind the size', '2\nhi\r\n0\r\n\r\n'],
  ['a bare LF behind the data', '2\r\nhi\n0\r\n\r\n'],
  ['a bare LF at the end', '2\r\nhi\r\n0\r\n\n'],
  ['a bare LF in an extension', '2;a\nb\r\nhi\r\n0\r\n\r\n'],
  ['CRLF in the quotes of an extension', '2;a="\r\n"\r\nhi\r\n0\r\n\r\n'],
  ['nothing behind the data', '2\r\nhi0\r\n\r\n'],
  ['data longer than its size', '2\r\nhi!\r\n0\r\n\r\n'],
  ['a trailer that is none', '0\r\nbad trailer\r\n\r\n'],
])('RFC 9112 §7.1: %s is answered 400', async (_, content) => {
  await refused('POST / HTTP/1.1', CHUNKED, content);
});

it('RFC 9112 §7.1.1: chunk extensions are left out, and too many of them refused', async () => {
  const few = await throughProxy(closing('POST /', CHUNKED, '2;a=b;c\r\nhi\r\n0;d\r\n\r\n'));
  expect(few.requests).toMatchObject([{ content: 'hi' }]);
  const many = await throughProxy(closing('POST /', CHUNKED, `2;${'a'.repeat(20_000)}\r\nhi\r\n0\r\n\r\n`));
  expect(many).toMatchObject({ status: 431, requests: [] });
});

it('RFC 9112 §7.1: content whose framing breaks later is answered 400, and never completed upstream', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, closing('POST /', CHUNKED, '3\r\none\r\n'));
  const connection = await upstream.connection(0);
  await connection.until('one');
  client.write('zz\r\n');
  expect((await client.end()).text).toMatch(/^HTTP\/1\.1 400 /);
  await connection.closed;
  expect(connection.received.endsWith('0\r\n\r\n')).toBe(false);
});

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND'];

it.each(METHODS)('RFC 9112 §6: content of %s with a length goes on with that length', async (method) => {
  const length = `Content-Length: ${SMUGGLED.length}\r\n`;
  const { requests } = await throughProxy(closing(`${method} /`, length, SMUGGLED));
  expect(requests).toMatchObject([{ method, content: SMUGGLED }]);
});

it.each(METHODS)('RFC 9112 §6: content of %s in chunks goes on in chunks', async (method) => {
  const content = `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`;
  const { requests } = await throughProxy(closing(`${method} /`, CHUNKED, content));
  expect(requests).toMatchObject([{ method, content: SMUGGLED }]);
  expect(valuesOf(requests[0]?.fields ?? [], 'transfer-encoding')).toEqual(['chunked']);
});

it('RFC 9110 §8.6: a POST without content says so', async () => {
  const { requests } = await throughProxy(closing('POST /', 'Content-Length: 0\r\n'));
  expect(valuesOf(requests[0]?.fields ?? [], 'content-length')).toEqual(['0']);
});

it('RFC 9110 §6.5: trailers of a request are never merged into its fields, and not sent on', async () => {
  const content = '2\r\nhi\r\n0\r\nX-Sum: 1\r\nAuthorization: x\r\n\r\n';
  const { requests } = await throughProxy(closing('POST /', `${CHUNKED}Trailer: X-Sum\r\n`, content));
  expect(requests).toMatchObject([{ content: 'hi', trailers: [] }]);
  for (const name of ['x-sum', 'authorization', 'trailer']) {
    expect(valuesOf(requests[0]?.fields ?? [], name)).toEqual([]);
  }
});

it('RFC 9110 §6.5.1: trailers of a request that would frame it are answered 400', async () => {
  const content = '2\r\nhi\r\n0\r\nContent-Length: 5\r\n\r\n';
  expect(await throughProxy(closing('POST /', CHUNKED, content))).toMatchObject({
    status: 400,
    requests: [],
  });
});
