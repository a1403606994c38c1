import { expect, it } from 'vitest';
import { closing, throughProxy } from '../testing/through-proxy.ts';

/** What a client gets of an upstream's answer. */
const relayed = (answer: string, request = closing('GET /')) => throughProxy(request, { answer });

it('RFC 9110 §7.6.1: hop-by-hop fields go, and those that Connection names', async () => {
  const { head } = await relayed(
    'HTTP/1.1 200 OK\r\nConnection: keep-alive, X-In\r\nX-In: 1\r\nKeep-Alive: timeout=9\r\nUpgrade: h2c\r\nProxy-Connection: a\r\nProxy-Authenticate: x\r\nX-Out: 1\r\nContent-Length: 0\r\n\r\n',
  );
  expect(head).toContain('X-Out: 1\r\n');
  expect(head).not.toMatch(/X-In|timeout=9|Upgrade|Proxy-/);
});

it('RFC 9110 §5.3: order, case and number of fields are kept, and every Set-Cookie line', async () => {
  const fields =
    'Set-Cookie: a=1\r\nX-Y: \xe9\r\nset-cookie: b=2, c\r\n__proto__: x\r\nSet-Cookie: a=1\r\nx-y: 2\r\n';
  const { head, body } = await relayed(`HTTP/1.1 200 Fine\r\n${fields}Content-Length: 2\r\n\r\nok`);
  expect(head).toContain(`HTTP/1.1 200 Fine\r\n${fields}Content-Length: 2\r\n`);
  expect(body).toBe('ok');
});

it('RFC 9110 §6.6.1: Date is added where there is none, and kept where there is one', async () => {
  expect((await relayed('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')).head).toMatch(/\r\nDate: \w{3}, /);
  const date = 'date: Sun, 06 Nov 1994 08:49:37 GMT\r\n';
  const { head } = await relayed(`HTTP/1.1 200 OK\r\n${date}Content-Length: 0\r\n\r\n`);
  expect(head.match(/date: .*\r\n/gi)).toEqual([date]);
  expect((await throughProxy('GARBAGE\r\n\r\n')).head).toMatch(/\r\ndate: \w{3}, /i);
});

it.each([
  'X: a\x01b',
  'X: a\0b',
  'X: a\x7fb',
  'X: a\rb',
  'X: a\nb',
  'X : b',
  'X: a\r\n b',
  'X',
  ': b',
  'X\xe9: b',
])('RFC 9110 §5, RFC 9112 §5: an answer with the field %j is replaced by 502', async (field) => {
  const { status, text, events } = await relayed(`HTTP/1.1 200 OK\r\n${field}\r\nContent-Length: 0\r\n\r\n`);
  expect(status).toBe(502);
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(events).toMatchObject([{ reason: 'upstream-protocol', error: expect.anything() }]);
});

it('an answer with fields larger than 16 KiB is replaced by 502', async () => {
  const { status } = await relayed(
    `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(20_000)}\r\nContent-Length: 0\r\n\r\n`,
  );
  expect(status).toBe(502);
});

it.each([
  ['HTTP/1.1 000 None', 502],
  ['HTTP/1.1 099 None', 502],
  ['HTTP/1.1 20 OK', 502],
  ['HTTP/1.1 2000 OK', 502],
  ['HTTP/1.1  200 OK', 502],
  ['HTTP/1.1 200OK', 502],
  ['HTTP/1.2 200 OK', 502],
  ['http/1.1 200 OK', 502],
  ['ICY 200 OK', 502],
  ['200 OK', 502],
  ['HTTP/1.1 200', 200],
  ['HTTP/1.1 200 ', 200],
  ['HTTP/1.1 200 O\x01K', 200],
  ['HTTP/1.1 200 O\x00K', 200],
])(
  'RFC 9112 §4: the status line %j is passed on as one that is valid, or replaced: %i',
  async (line, status) => {
    const answer = await relayed(`${line}\r\nContent-Length: 2\r\n\r\nok`);
    expect(answer.status).toBe(status);
    expect(answer.head).toMatch(/^HTTP\/1\.1 \d{3} [A-Z][ -~]*\r\n/);
  },
);

it.each([
  'HTTP/1.1 200 OK\n',
  'HTTP/1.1 200 OK\r',
  'HTTP/1.1 200\n',
  'HTTP/1.1 200 OK\r\r\n',
  ' HTTP/1.1 200 OK\r\n',
])('RFC 9112 §2.2: an answer that begins with %j is replaced by 502', async (line) => {
  expect((await relayed(`${line}Content-Length: 2\r\n\r\nok`)).status).toBe(502);
});
