import { expect, it } from 'vitest';
import { valuesOf } from '../testing/strict-head.ts';
import { closing, throughProxy } from '../testing/through-proxy.ts';

const CLOSE = 'Connection: close\r\n';

async function refused(sent: string, status: number, reason: string): Promise<void> {
  const answer = await throughProxy(sent);
  expect(answer).toMatchObject({ status, requests: [] });
  expect(answer.head).toContain(`\r\nx-evenkeel-reason: ${reason}\r\n`);
  expect(JSON.parse(answer.body)).toMatchObject({ status, reason });
}

it.each([
  ['no Host', ''],
  ['two Host fields', 'Host: h\r\nHost: h\r\n'],
  ['two Host fields that differ in case', 'Host: h\r\nhost: i\r\n'],
  ['an empty Host', 'Host:\r\n'],
  ['a Host with a path', 'Host: a/b\r\n'],
  ['a Host with user information', 'Host: u@h\r\n'],
  ['a Host with a space', 'Host: a b\r\n'],
  ['a list of hosts', 'Host: a, b\r\n'],
  ['a Host with a port that is none', 'Host: h:99999\r\n'],
])('RFC 9112 §3.2: %s is answered 400', async (_, host) => {
  await refused(`GET / HTTP/1.1\r\n${CLOSE}${host}\r\n`, 400, 'bad-host');
});

it('RFC 9112 §3.2: an invalid Host is answered 400 also where the target names the host', async () => {
  await refused(`GET http://a/ HTTP/1.1\r\n${CLOSE}Host: a/b\r\n\r\n`, 400, 'bad-host');
});

it.each([
  ['http://other.example:9/x?y', '/x?y', 'other.example:9'],
  ['HTTP://OTHER.example', '/', 'OTHER.example'],
  ['http://other.example?y', '/?y', 'other.example'],
])('RFC 9112 §3.2.2: %s sends its own host, and does not choose the upstream', async (sent, path, host) => {
  const { requests } = await throughProxy(closing(`GET ${sent}`));
  expect(requests).toMatchObject([{ target: path, host }]);
});

it.each(['http://u@h/', 'http://', 'ftp://h/', 'http://h:99999/', 'a/b', 'h:80', '/a#b', '/a\x01', '/a\x7f'])(
  'RFC 9112 §3.2: the target %j is answered 400',
  async (target) => {
    await refused(closing(`GET ${target}`), 400, 'bad-target');
  },
);

it('RFC 9112 §3.2.4: * is for OPTIONS alone, which the proxy answers', async () => {
  await refused(closing('GET *'), 400, 'bad-target');
  expect(await throughProxy(closing('OPTIONS *'))).toMatchObject({ status: 204, requests: [] });
  expect(await throughProxy(closing('OPTIONS http://h'))).toMatchObject({ status: 204, requests: [] });
});

it('RFC 9110 §7.7: path and query go on byte for byte', async () => {
  const target = "/a/../b//%2e%2e/%41;x=y/..;/\\..?q=%20a&b='c'&&=\"<>^`{|}";
  expect((await throughProxy(closing(`GET ${target}`))).requests).toMatchObject([{ target }]);
});

it.each(['OPTIONS', 'TRACE'])(
  'RFC 9110 §7.6.2: Max-Forwards of %s counts down to the last',
  async (method) => {
    const { requests } = await throughProxy(closing(`${method} /`, 'Max-Forwards: 3\r\n'));
    expect(requests.map(({ fields }) => valuesOf(fields, 'max-forwards'))).toEqual([['2']]);
    const last = await throughProxy(closing(`${method} /`, 'Max-Forwards: 0\r\n'));
    expect(last).toMatchObject({ status: method === 'TRACE' ? 501 : 204, requests: [] });
  },
);

it('RFC 9110 §7.6.2: Max-Forwards of other methods is nobody’s', async () => {
  const { requests } = await throughProxy(closing('GET /', 'Max-Forwards: 0\r\n'));
  expect(requests.map(({ fields }) => valuesOf(fields, 'max-forwards'))).toEqual([['0']]);
});

it('RFC 9110 §9.3.6: CONNECT is refused', async () => {
  await refused('CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n', 501, 'method-not-supported');
});

it('RFC 9110 §7.4: a host that no route is for is answered 421, a path that no route is for 404', async () => {
  const only = (match: { host: string; path?: string }) => ({
    proxy: { routes: [{ cluster: 'api', match }] },
  });
  const misdirected = await throughProxy(closing('GET /'), only({ host: 'a.example' }));
  expect(misdirected).toMatchObject({ status: 421, requests: [], events: [{ reason: 'host-not-served' }] });
  const below = closing('GET /').replace('Host: h', 'Host: b.c.example:81');
  expect(await throughProxy(below, only({ host: '*.example' }))).toMatchObject({ status: 200 });
  expect(await throughProxy(below, only({ host: '*.b.c.example' }))).toMatchObject({ status: 421 });
  expect(await throughProxy(closing('GET /'), only({ host: 'h', path: '/x' }))).toMatchObject({
    status: 404,
  });
  expect(await throughProxy('GET / HTTP/1.0\r\n\r\n', only({ host: 'h' }))).toMatchObject({ status: 404 });
});

it('RFC 9112 §3: a target of 8,000 bytes is taken, a longer one is answered 414', async () => {
  const target = `/${'a'.repeat(7_999)}`;
  expect((await throughProxy(closing(`GET ${target}`))).requests).toMatchObject([{ target }]);
  await refused(closing(`GET /${'a'.repeat(8_192)}`), 414, 'target-too-long');
});

it.each(['FOO', 'get', 'M'.repeat(100), 'GE\tT'])(
  'RFC 9112 §3: the method %j is answered 501',
  async (method) => {
    await refused(closing(`${method} /`), 501, 'method-not-supported');
  },
);

it.each([
  'GET / HTTP/2.0',
  'GET / HTTP/1.2',
  'GET / http/1.1',
  'GET / HTTP/1.1 ',
  'GET / ICE/1.0',
  'GET /',
  'DESCRIBE / RTSP/1.0',
  'PRI * HTTP/2.0',
])('RFC 9112 §3: the request line %j is answered 400', async (line) => {
  await refused(`${line}\r\nHost: h\r\n${CLOSE}\r\n`, 400, 'bad-request');
});

it.each([
  ['a bare LF behind the request line', 'GET / HTTP/1.1\nHost: h\r\n\r\n'],
  ['a bare CR behind the request line', 'GET / HTTP/1.1\r\r\nHost: h\r\n\r\n'],
  ['a space before the first field', 'GET / HTTP/1.1\r\n Host: h\r\n\r\n'],
])('RFC 9112 §2.2: %s is answered 400', async (_, sent) => {
  await refused(sent, 400, 'bad-request');
});

it('RFC 9112 §2.2: empty lines before a request are left out', async () => {
  const { requests } = await throughProxy(`\r\n\r\n${closing('GET /')}`);
  expect(requests).toMatchObject([{ method: 'GET', target: '/' }]);
});

it('a refusal of HEAD has no content, and the length that one of GET would have', async () => {
  const answer = await throughProxy(closing('HEAD /a#b'));
  expect(answer).toMatchObject({ status: 400, body: '' });
  expect(answer.head).toMatch(/content-length: [1-9]/);
});
