import { expect, it } from 'vitest';
import { rawClient } from '../testing/raw-client.ts';
import { rawUpstream } from '../testing/raw-upstream.ts';
import { startProxy } from '../testing/start-proxy.ts';
import { valuesOf } from '../testing/strict-head.ts';
import { closing, throughProxy } from '../testing/through-proxy.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n';
const EXPECT = 'Expect: 100-continue\r\nContent-Length: 2\r\n';

it('RFC 9110 §15.2: every interim answer is passed on', async () => {
  const answer = `HTTP/1.1 102 Processing\r\n\r\n${HINTS}HTTP/1.1 199 Own\r\nX: 1\r\n\r\n${OK}`;
  const { text } = await throughProxy(closing('GET /'), { answer });
  expect([...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status)).toEqual([
    '102',
    '103',
    '199',
    '200',
  ]);
  expect(text).toContain('Link: </a.css>\r\n\r\n');
});

it('RFC 9110 §15.2: none is passed on to HTTP/1.0', async () => {
  const { text } = await throughProxy('GET / HTTP/1.0\r\nHost: h\r\n\r\n', { answer: HINTS + OK });
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

it.each([
  '',
  'Content-Length: 2\r\n',
  'Connection: upgrade\r\n',
  'Connection: upgrade\r\nUpgrade: websocket\r\n',
])('RFC 9110 §15.2.2: a 101 that nobody asked for is replaced by 502: %j', async (fields) => {
  const { text, status } = await throughProxy(closing('GET /'), {
    answer: `HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n`,
  });
  expect(status).toBe(502);
  expect(text).not.toContain(' 101 ');
});

it('RFC 9110 §10.1.1: the proxy asks for the content when it begins to read, and does not pass the expectation on', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, closing('POST /', EXPECT));
  await client.until('HTTP/1.1 100 Continue\r\n\r\n');
  client.write('hi');
  const connection = await upstream.connection(0);
  expect(await connection.until('hi')).not.toMatch(/expect/i);
  connection.socket.write(OK);
  await client.until('ok');
});

it('RFC 9110 §10.1.1: content that nobody will read is not asked for', async () => {
  const routes = [{ cluster: 'api', match: { path: '/only' } }];
  const lost = await throughProxy(closing('POST /', EXPECT), { proxy: { routes } });
  expect(lost.text).toMatch(/^HTTP\/1\.1 404 /);
  await using proxy = await startProxy([]);
  using client = rawClient(proxy.port, closing('POST /', EXPECT));
  expect((await client.end()).text).toMatch(/^HTTP\/1\.1 503 /);
});

it('RFC 9110 §10.1.1: any other expectation is answered 417', async () => {
  const answer = await throughProxy(closing('POST /', 'Expect: something\r\nContent-Length: 2\r\n'));
  expect(answer).toMatchObject({ status: 417, requests: [], events: [{ reason: 'expectation-failed' }] });
});

it('RFC 9110 §10.1.1: what HTTP/1.0 expects is ignored', async () => {
  const { text, requests } = await throughProxy(`POST / HTTP/1.0\r\nHost: h\r\n${EXPECT}\r\nhi`);
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
  expect(requests).toMatchObject([{ content: 'hi' }]);
  expect(valuesOf(requests[0]?.fields ?? [], 'expect')).toEqual([]);
});
