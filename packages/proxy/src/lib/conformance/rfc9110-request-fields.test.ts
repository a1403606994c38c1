import { expect, it } from 'vitest';
import { valuesOf } from '../testing/strict-head.ts';
import { closing, throughProxy } from '../testing/through-proxy.ts';

/** The fields that the upstream got of a request with these. */
async function forwarded(fields: string, options = {}): Promise<readonly string[]> {
  const { requests } = await throughProxy(closing('GET /', fields), { proxy: options });
  return requests[0]?.fields ?? [];
}

it('RFC 9110 §7.6.1: Connection goes, and every field that it names', async () => {
  const fields = await forwarded('Connection: X-A, x-b\r\nX-A: 1\r\nX-B: 2\r\nX-C: 3\r\nKeep-Alive: a\r\n');
  expect(valuesOf(fields, 'x-c')).toEqual(['3']);
  for (const name of ['x-a', 'x-b', 'keep-alive']) expect(valuesOf(fields, name)).toEqual([]);
  expect(valuesOf(fields, 'connection')).toEqual(['keep-alive']);
});

it('RFC 9110 §7.6.1: hop-by-hop fields go without being named', async () => {
  const hops = 'Keep-Alive: timeout=5\r\nProxy-Connection: close\r\nTE: trailers\r\nUpgrade: h2c\r\n';
  const fields = await forwarded(hops);
  for (const name of ['keep-alive', 'proxy-connection', 'te', 'upgrade'])
    expect(valuesOf(fields, name)).toEqual([]);
});

it('RFC 9110 §7.6.3: Via is appended to, with the version that was received', async () => {
  expect(valuesOf(await forwarded('Via: 1.0 a\r\nX: 1\r\nvia: 1.1 b (c)\r\n'), 'via')).toEqual([
    '1.0 a, 1.1 b (c), 1.1 evenkeel',
  ]);
  const { requests } = await throughProxy('GET / HTTP/1.0\r\n\r\n');
  expect(valuesOf(requests[0]?.fields ?? [], 'via')).toEqual(['1.0 evenkeel']);
});

it('RFC 9110 §7.6.3: a request that has been here twice is a loop, answered 508', async () => {
  const again = 'Via: 1.1 evenkeel, 1.1 x\r\n';
  expect(await throughProxy(closing('GET /', again))).toMatchObject({ status: 200 });
  expect(await throughProxy(closing('GET /', again + again))).toMatchObject({ status: 508, requests: [] });
});

it('RFC 9110 §5.1, §5.3: unknown fields, order, case, duplicates and bytes above ASCII are kept', async () => {
  const fields = await forwarded(
    'X-B: 1\r\nx-a: 2\r\nX-B: \xe9\r\n__proto__: x\r\nconstructor: y\r\nX-Empty:\r\nCookie: a=1\r\nCookie: b=2\r\n',
  );
  const kept = ['X-B', '1', 'x-a', '2', 'X-B', '\xe9', '__proto__', 'x', 'constructor', 'y', 'X-Empty', ''];
  expect(fields.join('\n')).toContain([...kept, 'Cookie', 'a=1', 'Cookie', 'b=2'].join('\n'));
});

it.each(['X-A: a\x01b', 'X-A: a\0b', 'X-A: a\x7fb', 'X-A: a\x0bb'])(
  'RFC 9110 §5.5: a control byte in a value is answered 400: %j',
  async (field) => {
    const answer = await throughProxy(closing('GET /', `${field}\r\n`));
    expect(answer).toMatchObject({ status: 400, requests: [] });
    expect(answer.head).toContain('bad-header');
  },
);

it.each([
  ['a bare CR in a value', 'X-A: a\rb\r\n'],
  ['a bare LF in a value', 'X-A: a\nX-B: b\r\n'],
  ['a CR before CRLF', 'X-A: a\r\r\n'],
])('RFC 9112 §2.2: %s is answered 400', async (_, fields) => {
  expect(await throughProxy(closing('GET /', fields))).toMatchObject({ status: 400, requests: [] });
});

it.each([
  ['§5.1: a space before the colon', 'X-A : b\r\n'],
  ['§5.1: a tab before the colon', 'X-A\t: b\r\n'],
  ['§5: no colon', 'X-A\r\n'],
  ['§5: no name', ': b\r\n'],
  ['§5: a name that is no token', 'X(A): b\r\n'],
  ['§5: a name beyond ASCII', 'X\xe9: b\r\n'],
  ['§5.2: a folded line', 'X-A: a\r\n b\r\n'],
  ['§5.2: a line folded by a tab', 'X-A: a\r\n\tb\r\n'],
])('RFC 9112 %s is answered 400', async (_, fields) => {
  expect(await throughProxy(closing('GET /', fields))).toMatchObject({ status: 400, requests: [] });
});

it('RFC 6585 §5: too many fields, and too large ones, are answered 431', async () => {
  const many = await throughProxy(closing('GET /', 'X: a\r\n'.repeat(100)));
  expect(many).toMatchObject({ status: 431, requests: [] });
  const long = await throughProxy(closing('GET /', `X: ${'a'.repeat(17_000)}\r\n`));
  expect(long).toMatchObject({ status: 431, requests: [] });
  const cookies = await throughProxy(closing('GET /', `Cookie: ${'a'.repeat(900)}\r\n`.repeat(20)));
  expect(cookies).toMatchObject({ status: 431, requests: [] });
});

it('RFC 9110 §11.7: Proxy-Authorization is not passed on, Authorization is', async () => {
  const fields = await forwarded('Proxy-Authorization: Basic a\r\nAuthorization: Basic b\r\n');
  expect(valuesOf(fields, 'proxy-authorization')).toEqual([]);
  expect(valuesOf(fields, 'authorization')).toEqual(['Basic b']);
});

it('RFC 7239 §8: what an untrusted peer says of earlier hops is not believed, a trusted one is', async () => {
  const claims = 'X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nForwarded: for=192.0.2.1\r\n';
  const untrusted = await forwarded(claims);
  expect(valuesOf(untrusted, 'x-forwarded-for')).toEqual(['127.0.0.1']);
  expect(valuesOf(untrusted, 'x-forwarded-proto')).toEqual(['http']);
  expect(valuesOf(untrusted, 'forwarded').join()).not.toContain('192.0.2.1');
  const trusted = await forwarded(claims, { trustedProxies: ['127.0.0.0/8'] });
  expect(valuesOf(trusted, 'x-forwarded-for')).toEqual(['192.0.2.1, 127.0.0.1']);
  expect(valuesOf(trusted, 'x-forwarded-proto')).toEqual(['https']);
});
