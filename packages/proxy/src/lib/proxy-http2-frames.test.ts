import { manualClock } from '@evenkeel/core/testing';
import { expect, it } from 'vitest';
import { http2Client } from './testing/http2-client.ts';
import {
  CODE,
  codeOf,
  FLAG,
  FRAME,
  type Frame,
  fieldBlock,
  get,
  lastStreamOf,
  type RawHttp2,
  rawHttp2Client,
  statusOf,
} from './testing/raw-http2.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const H2C = { protocols: ['h2c'] as const };
const POST = get('/').map(([name, value]) => [name, name === ':method' ? 'POST' : value] as const);
const NOTHING_ENDS = FLAG.endHeaders;
/** All that a plain request may be upstream. */
const GET_FIELDS =
  /GET \/ HTTP\/1\.1|(?:host|connection|via|x-forwarded-for|x-forwarded-proto|x-forwarded-host): [\w. -]+/g;

const isEnd = (stream: number) => (frame: Frame) =>
  frame.stream === stream &&
  (frame.type === FRAME.reset ||
    ((frame.type === FRAME.data || frame.type === FRAME.headers) && (frame.flags & FLAG.endStream) !== 0));

/** What became of a stream: the code of its reset, or 0 for a whole answer. */
async function end(client: RawHttp2, stream: number): Promise<number> {
  const frame = await client.until(isEnd(stream));
  return frame.type === FRAME.reset ? codeOf(frame) : 0;
}

async function status(client: RawHttp2, stream: number): Promise<number | undefined> {
  return statusOf(await client.until((frame) => frame.type === FRAME.headers && frame.stream === stream));
}

/** Whether the connection still answers. */
async function alive(client: RawHttp2, stream: number): Promise<boolean> {
  client.headers(stream, get('/'));
  return (await end(client, stream)) === 0;
}

it('RFC 9113 §8.2: names and values that are malformed reset their stream, and go no further', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], {}, H2C);
  using client = rawHttp2Client(proxy.port);
  const malformed = ['X-Upper', 'a b', 'a\0', 'a:b', 'a\x7f', 'é'].map((name) => [name, '1'] as const);
  const values = ['a\0b', 'a\r\nb: 1', 'a\n', ' a', 'a ', '\ta'].map((value) => ['x', value] as const);
  let stream = 1;
  for (const field of [...malformed, ...values]) {
    client.headers(stream, get('/', [field]));
    const code = await end(client, stream);
    // A few of these are dropped, and the rest of the request goes on.
    if (code !== 0) expect([field, code]).toEqual([field, CODE.protocol]);
    stream += 2;
  }
  expect(await alive(client, stream)).toBe(true);
  for (const { received } of upstream.connections) {
    expect(received.replaceAll(GET_FIELDS, '').replaceAll('\r\n', '')).toBe('');
  }
});

it('RFC 9113 §8.2.2: fields of the connection are malformed', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], {}, H2C);
  using client = rawHttp2Client(proxy.port);
  let stream = 1;
  for (const field of [
    ['connection', 'close'],
    ['keep-alive', '1'],
    ['proxy-connection', 'close'],
    ['transfer-encoding', 'chunked'],
    ['upgrade', 'websocket'],
    ['te', 'gzip'],
  ] as const) {
    client.headers(stream, get('/', [field]));
    expect([field, await end(client, stream)]).toEqual([field, CODE.protocol]);
    stream += 2;
  }
  client.headers(stream, get('/', [['te', 'trailers']]));
  expect(await end(client, stream)).toBe(0);
});

it('RFC 9113 §8.3: pseudo-fields come first, once, are known, and hold no odd bytes', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], {}, H2C);
  using client = rawHttp2Client(proxy.port);
  const without = (name: string) => get('/').filter(([one]) => one !== name);
  let stream = 1;
  for (const fields of [
    [...without(':path'), ['x', '1'] as const, [':path', '/'] as const],
    [...get('/'), [':path', '/twice'] as const],
    [...get('/'), [':unknown', '1'] as const],
    [...get('/'), [':status', '200'] as const],
    without(':path'),
    without(':method'),
    without(':scheme'),
    without(':authority'),
    get(''),
    get('no-slash'),
    get('/a b'),
    get('/a\x01'),
    [...without(':authority'), [':authority', 'a b'] as const],
    [...without(':method'), [':method', 'G T'] as const],
  ]) {
    client.headers(stream, fields);
    const code = await end(client, stream);
    // What the framing layer lets through is answered 400.
    expect([fields, code === 0 ? await status(client, stream) : code]).toEqual([
      fields,
      code === 0 ? 400 : CODE.protocol,
    ]);
    stream += 2;
  }
  expect(upstream.connections).toHaveLength(0);
  client.headers(stream, [...without(':scheme'), [':scheme', 'ftp'] as const]);
  expect(await status(client, stream)).toBe(400);
});

it('RFC 9113 §8.3.1: Host and :authority that differ are refused, the same ones are one', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], {}, H2C);
  using client = rawHttp2Client(proxy.port);
  client.headers(1, get('/', [['host', 'other']]));
  expect(await status(client, 1)).toBe(400);
  client.headers(3, get('/', [['host', 'H']]));
  expect(await status(client, 3)).toBe(200);
  expect((await upstream.connection(0)).received.match(/\r\nhost: \w+\r\n/gi)).toEqual(['\r\nhost: h\r\n']);
  client.headers(5, [...get('/').filter(([name]) => name !== ':authority'), ['host', 'alone']]);
  expect(await status(client, 5)).toBe(200);
  expect((await upstream.connection(0)).received).toContain('\r\nhost: alone\r\n');
});

it('RFC 9113 §8.1.1: content that is not as long as it says is never forwarded as a whole', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], {}, H2C);
  const sized = [...POST, ['content-length', '4'] as const];
  for (const content of ['abc', 'abcde', undefined]) {
    using client = rawHttp2Client(proxy.port);
    client.headers(1, sized, content === undefined ? undefined : NOTHING_ENDS);
    if (content !== undefined) client.send(FRAME.data, FLAG.endStream, 1, Buffer.from(content));
    // Too much of it is taken for an error of the whole connection.
    const { type } = await client.until((frame) => frame.type === FRAME.reset || frame.type === FRAME.goaway);
    expect(type).toBe(content === 'abcde' ? FRAME.goaway : FRAME.reset);
  }
  for (const connection of upstream.connections) {
    await connection.closed;
    expect(connection.received).not.toMatch(/\r\n\r\nabcd/);
  }
});

it('a request that is cut off is never a whole one upstream', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], {}, H2C);
  using client = rawHttp2Client(proxy.port);
  client.headers(1, POST, NOTHING_ENDS);
  client.send(FRAME.data, 0, 1, Buffer.from('part'));
  const connection = await upstream.connection(0);
  await connection.until('part');
  client.send(FRAME.reset, 0, 1, Buffer.from([0, 0, 0, CODE.none]));
  await connection.closed;
  expect(connection.received).not.toContain('0\r\n\r\n');
  expect(await proxy.event(0)).toMatchObject({ status: 499, reason: 'client-gone' });
});

it('RFC 9112 §8: an answer that breaks off upstream is reset, and no frame says that it has ended', async () => {
  await using upstream = await rawUpstream((_head, { socket }) => {
    socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n');
  });
  await using proxy = await startProxy([upstream.port], {}, H2C);
  using client = rawHttp2Client(proxy.port);
  client.headers(1, get('/'));
  expect(await end(client, 1)).toBe(CODE.internal);
});

it('RFC 9113 §8.1: an answer before the end of the request stops that without an error', async () => {
  await using upstream = await rawUpstream((_head, { socket }) => socket.write(OK));
  await using proxy = await startProxy([upstream.port], {}, H2C);
  using client = rawHttp2Client(proxy.port);
  client.headers(1, POST, NOTHING_ENDS);
  client.send(FRAME.data, 0, 1, Buffer.from('part'));
  const connection = await upstream.connection(0);
  connection.socket.write(OK);
  const whole = await client.until(
    ({ type, flags, stream }) => type === FRAME.data && stream === 1 && (flags & 1) !== 0,
  );
  const reset = await client.until(({ type, stream }) => type === FRAME.reset && stream === 1);
  expect(codeOf(reset)).toBe(CODE.none);
  expect(client.frames.indexOf(whole)).toBeLessThan(client.frames.indexOf(reset));
  expect(await alive(client, 3)).toBe(true);
});

it('RFC 9113 §6.8: a close says which streams are taken, and lets those finish', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], {}, H2C);
  using client = rawHttp2Client(proxy.port);
  client.headers(1, get('/'));
  const connection = await upstream.connection(0);
  await connection.until('\r\n\r\n');
  const closed = proxy.proxy.close();
  const goaway = await client.until(({ type }) => type === FRAME.goaway);
  expect([lastStreamOf(goaway), codeOf(goaway)]).toEqual([1, CODE.none]);
  client.headers(3, get('/may-be-sent-again-elsewhere'));
  connection.socket.write(OK);
  expect(await end(client, 1)).toBe(0);
  await closed;
  await client.closed;
  expect(upstream.connections).toHaveLength(1);
});

it('RFC 9113 §10.5: too many resets end the connection (CVE-2023-44487)', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], { clock: manualClock() }, H2C);
  using client = rawHttp2Client(proxy.port);
  for (let stream = 1; stream < 2_400; stream += 2) {
    client.headers(stream, get('/'));
    client.send(FRAME.reset, 0, stream, Buffer.from([0, 0, 0, CODE.cancel]));
  }
  const goaway = await client.until(({ type }) => type === FRAME.goaway);
  expect(codeOf(goaway)).toBe(CODE.calm);
  await client.closed;
});

it('RFC 9113 §10.5: streams that a client makes the proxy reset count too (CVE-2025-8671)', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], { clock: manualClock() }, H2C);
  using client = rawHttp2Client(proxy.port);
  for (let stream = 1; stream < 2_400; stream += 2) {
    client.headers(stream, get('/'));
    client.send(FRAME.window, 0, stream, Buffer.alloc(4));
  }
  const goaway = await client.until(({ type }) => type === FRAME.goaway);
  expect(codeOf(goaway)).not.toBe(CODE.none);
  await client.closed;
});

it('RFC 9113 §10.5: floods of PING, SETTINGS, CONTINUATION and empty DATA end the connection', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], { clock: manualClock() }, H2C);
  const floods: ((client: RawHttp2) => void)[] = [
    (client) => client.send(FRAME.ping, 0, 0, Buffer.alloc(8)),
    (client) => client.send(FRAME.settings, 0, 0, Buffer.from([0, 4, 0, 1, 0, 0])),
  ];
  for (const flood of floods) {
    using client = rawHttp2Client(proxy.port);
    for (let i = 0; i < 2_000; i++) flood(client);
    await client.closed;
    expect(client.frames.some(({ type }) => type === FRAME.goaway)).toBe(true);
  }
  using continuing = rawHttp2Client(proxy.port);
  continuing.headers(1, get('/'), 0);
  for (let i = 0; i < 1_000; i++) continuing.send(FRAME.continuation, 0, 1, fieldBlock([[`x-${i}`, 'y']]));
  await continuing.closed;
  using empty = rawHttp2Client(proxy.port);
  empty.headers(1, POST, NOTHING_ENDS);
  for (let i = 0; i < 2_000; i++) empty.send(FRAME.data, 0, 1);
  await empty.closed;
});

it('RFC 6585 §5: too many fields, and too large ones, are answered, and cookies count', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], {}, H2C);
  using client = rawHttp2Client(proxy.port);
  client.headers(
    1,
    get(
      '/',
      Array.from({ length: 101 }, (_, i) => [`x-${i}`, '1'] as const),
    ),
  );
  expect(await end(client, 1)).toBe(0);
  const cookies = Array.from({ length: 10 }, () => ['cookie', 'c'.repeat(850)] as const);
  client.send(FRAME.headers, FLAG.endStream, 3, fieldBlock(get('/', cookies)));
  client.send(FRAME.continuation, FLAG.endHeaders, 3, fieldBlock(cookies));
  expect(await end(client, 3)).toBe(0);
  expect(proxy.events[0]).toMatchObject({ status: 431, reason: 'too-many-headers' });
  const body = client.frames.filter(({ type, stream }) => type === FRAME.data && stream === 3);
  expect(`${body[0]?.payload}`).toContain('headers-too-large');
  expect(await alive(client, 5)).toBe(true);
});

it('RFC 9113 §5.1.2: streams beyond the limit are refused, so that they may be sent again', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], { connections: { maxConcurrentStreams: 2 } }, H2C);
  using client = rawHttp2Client(proxy.port);
  for (const stream of [1, 3, 5]) client.headers(stream, get('/'));
  expect(await end(client, 5)).toBe(CODE.refused);
  expect(proxy.proxy.active).toBe(2);
});

it('a client that takes nothing is given up (stalled windows)', async () => {
  const clock = manualClock();
  await using upstream = await rawUpstream((_head, { socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`);
  });
  await using proxy = await startProxy([upstream.port], { clock }, H2C);
  using client = rawHttp2Client(proxy.port, [[4, 0]]);
  client.headers(1, get('/'));
  expect(await status(client, 1)).toBe(200);
  clock.advance(59_999);
  expect(proxy.events).toHaveLength(0);
  clock.advance(1);
  expect(await end(client, 1)).toBe(CODE.internal);
  expect(await proxy.event(0)).toMatchObject({ status: 200, reason: 'client-gone' });
});

it('a request whose content stands still is given up, but not one that moves', async () => {
  const clock = manualClock();
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], { clock }, H2C);
  using client = rawHttp2Client(proxy.port);
  client.headers(1, POST, NOTHING_ENDS);
  const connection = await upstream.connection(0);
  for (const text of ['one', 'two']) {
    clock.advance(200_000);
    client.send(FRAME.data, 0, 1, Buffer.from(text));
    await connection.until(text);
  }
  clock.advance(300_000);
  expect(await end(client, 1)).toBe(CODE.internal);
  await connection.closed;
});

it.each([
  ['no frames at all', Buffer.from('GARBAGE'.repeat(20))],
  ['a frame that is too long', Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1])],
  ['HEADERS on stream 0', Buffer.from([0, 0, 1, 1, 4, 0, 0, 0, 0, 0x82])],
  ['a field block that is no HPACK', Buffer.from([0, 0, 3, 1, 5, 0, 0, 0, 1, 0xff, 0xff, 0xff])],
  ['DATA on an idle stream', Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 9, 0])],
  ['SETTINGS of an odd length', Buffer.from([0, 0, 1, 4, 0, 0, 0, 0, 0, 0])],
])('what is not HTTP/2 ends its own connection and nothing else: %s', async (_name, bytes) => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port], {}, H2C);
  using client = rawHttp2Client(proxy.port);
  client.headers(1, get('/'));
  expect(await end(client, 1)).toBe(0);
  client.socket.write(bytes);
  await client.closed;
  using other = rawHttp2Client(proxy.port);
  expect(await alive(other, 1)).toBe(true);
});

it('GOAWAY of a client: what is open ends well, and the connection with it (CVE-2025-23085, CVE-2026-48937)', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], {}, H2C);
  using client = rawHttp2Client(proxy.port);
  client.headers(1, get('/'));
  const connection = await upstream.connection(0);
  await connection.until('\r\n\r\n');
  client.send(FRAME.goaway, 0, 0, Buffer.alloc(8));
  connection.socket.write(OK);
  expect(await end(client, 1)).toBe(0);
  await client.closed;
  using failing = rawHttp2Client(proxy.port);
  failing.headers(1, get('/failing'));
  await connection.until('/failing');
  failing.send(FRAME.goaway, 0, 0, Buffer.from([0, 0, 0, 0, 0, 0, 0, CODE.internal]));
  await failing.closed;
  await connection.closed;
  expect(proxy.proxy.active).toBe(0);
});

it('fields named like members of objects are plain data (CVE-2026-21710)', async () => {
  const odd = ['__proto__', 'constructor', 'hasownproperty', '12'];
  await using upstream = await rawUpstream(
    `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n${odd.map((name) => `${name}: down\r\n`).join('')}\r\n`,
  );
  await using proxy = await startProxy([upstream.port], {}, H2C);
  using client = rawHttp2Client(proxy.port);
  client.headers(
    1,
    get(
      '/',
      odd.map((name) => [name, 'up'] as const),
    ),
  );
  expect(await status(client, 1)).toBe(200);
  const { received } = await upstream.connection(0);
  for (const name of odd) expect(received).toContain(`\r\n${name}: up\r\n`);
  using other = await http2Client(`http://127.0.0.1:${proxy.port}`);
  const { headers } = await other.request({});
  for (const name of odd) expect(Object.entries(headers)).toContainEqual([name, 'down']);
});

it('a connection that is reset with streams open costs those alone', async () => {
  await using upstream = await rawUpstream((head, { socket }) => {
    if (head.includes('/quick')) socket.write(OK);
  });
  await using proxy = await startProxy([upstream.port], {}, H2C);
  using client = rawHttp2Client(proxy.port);
  for (const stream of [1, 3, 5]) client.headers(stream, get('/slow'));
  await (await upstream.connection(2)).until('/slow');
  client.socket.resetAndDestroy();
  for (let n = 0; n < 3; n++) expect(await proxy.event(n)).toMatchObject({ reason: 'client-gone' });
  await Promise.all(upstream.connections.map(({ closed }) => closed));
  using other = rawHttp2Client(proxy.port);
  other.headers(1, get('/quick'));
  expect(await end(other, 1)).toBe(0);
});
