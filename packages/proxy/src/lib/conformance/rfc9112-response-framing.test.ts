import { expect, it } from 'vitest';
import { exchangeBytes, parts } from '../testing/raw-client.ts';
import { startProxy } from '../testing/start-proxy.ts';
import { type Answer, strictUpstream } from '../testing/strict-upstream.ts';
import { closing, throughProxy } from '../testing/through-proxy.ts';

/** Sends an answer and then ends the connection in this way. */
const sends =
  (text: string, ending: 'open' | 'closed' | 'reset'): Answer =>
  (_, { socket }) => {
    socket.write(text, 'latin1', () => {
      if (ending === 'closed') socket.end();
      else if (ending === 'reset') socket.resetAndDestroy();
    });
  };
const relayed = (text: string, ending: 'open' | 'closed' | 'reset' = 'open', request = closing('GET /')) =>
  throughProxy(request, { answer: sends(text, ending) });
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const HTTP_1_0 = 'GET / HTTP/1.0\r\nHost: h\r\n\r\n';

it.each(['+1', '-1', '0x1', '1 1', '1,1', '1, 1', '', '18446744073709551617'])(
  'RFC 9110 §8.6: an answer with Content-Length %j is replaced by 502',
  async (length) => {
    const { status, text } = await relayed(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\nx`);
    expect(status).toBe(502);
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  },
);

it.each([
  ['two lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n'],
  ['a length said twice', 'Content-Length: 1\r\nContent-Length: 1\r\n'],
  ['chunked and a length', 'Transfer-Encoding: chunked\r\nContent-Length: 1\r\n'],
  ['a length and chunked', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'],
  ['chunked twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'],
  ['another coding', 'Transfer-Encoding: gzip\r\n'],
  ['another coding before chunked', 'Transfer-Encoding: gzip, chunked\r\n'],
  ['an empty coding', 'Transfer-Encoding:\r\n'],
  ['a tab behind chunked', 'Transfer-Encoding: chunked\t\r\n'],
  ['a space before the colon', 'Content-Length : 1\r\n'],
])('RFC 9112 §6: an answer with %s is replaced by 502', async (_, fields) => {
  const { status, events } = await relayed(`HTTP/1.1 200 OK\r\n${fields}\r\n1\r\nx\r\n0\r\n\r\n`, 'closed');
  expect(status).toBe(502);
  expect(events).toMatchObject([{ reason: 'upstream-protocol' }]);
});

it('RFC 9112 §7.1: chunks go on in chunks, without their extensions', async () => {
  const { body } = await relayed(`${CHUNKED}5;x=y\r\nhello\r\n0;z\r\n\r\n`);
  expect(body).toBe('5\r\nhello\r\n0\r\n\r\n');
});

it('RFC 9112 §6.3: an answer that ends with the connection goes on in chunks, and to HTTP/1.0 as it is', async () => {
  const answer = 'HTTP/1.1 200 OK\r\n\r\nhello';
  expect((await relayed(answer, 'closed')).body).toBe('5\r\nhello\r\n0\r\n\r\n');
  expect(await relayed(answer, 'closed', HTTP_1_0)).toMatchObject({ body: 'hello', reset: false });
});

it.each([
  ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
  ['HEAD', CHUNKED],
  ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['GET', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n'],
  ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: "x"\r\n\r\n'],
])('RFC 9110 §6.4.1: an answer to %s of %j has no content', async (method, answer) => {
  const { head, body, status } = await relayed(answer, 'open', closing(`${method} /`));
  expect(body).toBe('');
  expect(status).toBe(Number(answer.slice(9, 12)));
  if (status === 204) expect(head).not.toMatch(/content-length|transfer-encoding/i);
});

it('RFC 9110 §8.6: interim answers and 204 have no Content-Length', async () => {
  const { text } = await relayed(
    'HTTP/1.1 103 Early Hints\r\nContent-Length: 0\r\n\r\nHTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n',
  );
  expect(text).toMatch(/^HTTP\/1\.1 103 /);
  expect(text).not.toMatch(/content-length/i);
});

it('RFC 9110 §6.5: trailers go to clients that take them, without those that frame, route or authorise', async () => {
  const answer = `${CHUNKED.replace('\r\n\r\n', '\r\nTrailer: X-Sum\r\n\r\n')}2\r\nok\r\n0\r\nX-Sum: 7\r\nSet-Cookie: a\r\nHost: b\r\n\r\n`;
  const taking = await relayed(
    answer,
    'open',
    'GET / HTTP/1.1\r\nHost: h\r\nConnection: close, TE\r\nTE: trailers\r\n\r\n',
  );
  expect(taking.head).toContain('Trailer: X-Sum\r\n');
  expect(taking.body).toBe('2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n');
  const other = await relayed(answer);
  expect(other.head).not.toMatch(/Trailer|X-Sum/);
  expect(other.body).toBe('2\r\nok\r\n0\r\n\r\n');
});

const CUT: [string, string, 'closed' | 'reset'][] = [
  ['a length that was not reached', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', 'closed'],
  ['a length that was not reached, by a reset', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', 'reset'],
  ['chunks without the last', `${CHUNKED}4\r\nhalf\r\n`, 'closed'],
  ['chunks without the last, by a reset', `${CHUNKED}4\r\nhalf\r\n`, 'reset'],
  ['half a chunk', `${CHUNKED}8\r\nhalf`, 'closed'],
  ['the last chunk without its end', `${CHUNKED}4\r\nhalf\r\n0\r\n`, 'closed'],
  ['half a trailer', `${CHUNKED}4\r\nhalf\r\n0\r\nX-T`, 'closed'],
  ['a chunk size that is none', `${CHUNKED}4\r\nhalf\r\nzz\r\n`, 'closed'],
  ['a chunk longer than its size', `${CHUNKED}4\r\nhalf!\r\n0\r\n\r\n`, 'closed'],
  ['a chunk size of 17 digits', `${CHUNKED}4\r\nhalf\r\n10000000000000004\r\nmore\r\n0\r\n\r\n`, 'closed'],
  ['no length, by a reset', 'HTTP/1.1 200 OK\r\n\r\nhalf', 'reset'],
  ['no length in HTTP/1.0, by a reset', 'HTTP/1.0 200 OK\r\n\r\nhalf', 'reset'],
];
it.each(CUT)('RFC 9112 §8: an answer that breaks off after %s looks broken', async (_, answer, ending) => {
  const { head, body, events } = await relayed(answer, ending);
  // A reset may overtake what was sent before it.
  if (events[0]?.status === 200) {
    expect(body.endsWith('0\r\n\r\n')).toBe(false);
    if (head.includes('Content-Length')) expect(body.length).toBeLessThan(10);
  }
  expect(events).toMatchObject([{ reason: expect.stringMatching(/^upstream-/), error: expect.anything() }]);
});

it.each(CUT)(
  'RFC 9112 §8: to HTTP/1.0 too, where an orderly end would look whole: %s',
  async (_, answer, ending) => {
    const { reset, head, events } = await relayed(answer, ending, HTTP_1_0);
    expect(events).toMatchObject([{ reason: expect.stringMatching(/^upstream-/) }]);
    if (events[0]?.status === 200 && !head.includes('Content-Length')) expect(reset).toBe(true);
  },
);

it.each<[string, string, string]>([
  ['nothing', '', 'upstream-reset'],
  ['half a head', 'HTTP/1.1 200 OK\r\nX', 'upstream-reset'],
  ['no HTTP', 'SSH-2.0-OpenSSH\r\n', 'upstream-protocol'],
])('RFC 9110 §15.6.3: an upstream that says %s is answered for with 502', async (_, answer, reason) => {
  const { status, head, events } = await relayed(answer, 'closed');
  expect(status).toBe(502);
  expect(head).toContain(`x-evenkeel-reason: ${reason}\r\n`);
  expect(events).toMatchObject([{ status, reason, error: expect.anything() }]);
});

it('bytes behind an answer cost its connection, and never become the next answer', async () => {
  await using upstream = await strictUpstream(
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
  );
  await using proxy = await startProxy([upstream.port]);
  for (let i = 0; i < 5; i++) {
    const { status, body } = parts(await exchangeBytes(proxy.port, closing('GET /')));
    expect(status === 502 || body === 'ok').toBe(true);
  }
  expect(upstream.connections.every(({ requests }) => requests.length === 1)).toBe(true);
});

it('RFC 9110 §6.4.1: content behind a 204 never becomes the next answer', async () => {
  await using upstream = await strictUpstream('HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nok');
  await using proxy = await startProxy([upstream.port]);
  for (let i = 0; i < 3; i++)
    expect(parts(await exchangeBytes(proxy.port, closing('GET /')))).toMatchObject({ status: 204, body: '' });
  expect(upstream.connections).toHaveLength(3);
});
