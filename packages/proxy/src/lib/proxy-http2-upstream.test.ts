import { once } from 'node:events';
import { createServer as createHttp2Server, type IncomingHttpHeaders } from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { bodyLimit } from './middleware/body-limit.ts';
import type { RouteOptions } from './routing/route-options.ts';
import { FIRST } from './testing/certificates.ts';
import { answerOf, http2Client } from './testing/http2-client.ts';
import { exchangeBytes, parts } from './testing/raw-client.ts';
import { CODE, codeOf, FLAG, FRAME, fieldBlock, type RawHttp2, rawHttp2Server } from './testing/raw-http2.ts';
import { startProxy } from './testing/start-proxy.ts';
import { tlsFolder } from './testing/tls-folder.ts';

const H2C = { protocols: ['http/1.1', 'h2c'] as const };
const TO_H2C = { protocol: 'h2c' as const };
/** `:status: 200`, and 204. */
const [OK, NO_CONTENT] = [Buffer.from([0x88]), Buffer.from([0x89])];

/** An upstream that is given frame by frame what to do. */
async function framesUpstream(respond: (connection: RawHttp2) => Promise<void>) {
  const connections: RawHttp2[] = [];
  const server = createServer((socket) => {
    const connection = rawHttp2Server(socket);
    connections.push(connection);
    // A connection that ends before its frames are here is the test's to see.
    respond(connection).catch(() => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    connections,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const { socket } of connections) socket.destroy();
      await once(server, 'close');
    },
  };
}

const isHeaders = ({ type }: { type: number }): boolean => type === FRAME.headers;

it('a request of HTTP/1.1 goes upstream as one of HTTP/2, and its answer comes back', async () => {
  await using upstream = await framesUpstream(async (connection) => {
    await connection.until(isHeaders);
    connection.send(FRAME.headers, FLAG.endHeaders, 1, OK);
    connection.send(FRAME.data, FLAG.endStream, 1, Buffer.from('fine'));
  });
  await using proxy = await startProxy([upstream.port], {}, H2C, TO_H2C);
  const answer = parts(
    await exchangeBytes(proxy.port, 'GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'),
  );
  expect(answer.status).toBe(200);
  expect(answer.head).toMatch(/\r\ntransfer-encoding: chunked\r\n/i);
  expect(answer.body).toBe('4\r\nfine\r\n0\r\n\r\n');
});

it('RFC 9113 §8.7: GOAWAY sends what was not taken to another endpoint, whatever its method', async () => {
  let first: RawHttp2 | undefined;
  await using leaving = await framesUpstream(async (connection) => {
    first = connection;
    await connection.until(({ type, flags }) => type === FRAME.data && (flags & FLAG.endStream) !== 0);
    connection.send(FRAME.goaway, 0, 0, Buffer.alloc(8));
  });
  await using staying = await framesUpstream(async (connection) => {
    const { payload } = await connection.until(({ type }) => type === FRAME.data);
    connection.send(FRAME.headers, FLAG.endHeaders, 1, OK);
    connection.send(FRAME.data, FLAG.endStream, 1, payload);
  });
  await using proxy = await startProxy([leaving.port, staying.port], { client: {} }, H2C, TO_H2C);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  expect(await client.request({ ':method': 'POST' }, 'content')).toMatchObject({
    status: 200,
    body: 'content',
  });
  expect(first).toBeDefined();
  expect(await proxy.event(0)).toMatchObject({ attempts: 2, reason: undefined });
});

it('a POST that an endpoint took before it reset the stream is never sent twice', async () => {
  await using one = await framesUpstream(async (connection) => {
    await connection.until(isHeaders);
    connection.send(FRAME.reset, 0, 1, Buffer.from([0, 0, 0, CODE.internal]));
  });
  await using two = await framesUpstream(async () => {});
  await using proxy = await startProxy([one.port, two.port], { client: {} }, H2C, TO_H2C);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  const { status, headers } = await client.request({ ':method': 'POST' }, 'content');
  expect([status, headers['x-evenkeel-reason']]).toEqual([502, 'upstream-reset']);
  expect(two.connections).toHaveLength(0);
});

it('RFC 9112 §8: a stream that upstream resets is reset downstream, never ended', async () => {
  await using upstream = await framesUpstream(async (connection) => {
    for (const one of [1, 3]) {
      await connection.until(({ type, stream }) => type === FRAME.headers && stream === one);
      connection.send(FRAME.headers, FLAG.endHeaders, one, OK);
      connection.send(FRAME.data, 0, one, Buffer.from('part'));
      connection.send(FRAME.reset, 0, one, Buffer.from([0, 0, 0, CODE.internal]));
    }
  });
  await using proxy = await startProxy([upstream.port], {}, H2C, TO_H2C);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  expect(await client.request({})).toMatchObject({ body: 'part', code: CODE.internal });
  const cut = await exchangeBytes(proxy.port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  expect(cut).not.toContain('0\r\n\r\n');
});

it('a request that is cut off is reset upstream, and no frame says that it has ended', async () => {
  await using upstream = await framesUpstream(async () => {});
  await using proxy = await startProxy([upstream.port], {}, H2C, TO_H2C);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  const stream = client.session.request({ ':method': 'POST', ':authority': 'h' });
  const answer = answerOf(stream);
  stream.write('part');
  while (upstream.connections.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const connection = upstream.connections[0]!;
  await connection.until(({ type }) => type === FRAME.data);
  stream.destroy(new Error('gone'));
  await answer;
  const reset = await connection.until(({ type }) => type === FRAME.reset);
  expect(codeOf(reset)).toBe(CODE.cancel);
  expect(
    connection.frames.filter(({ type, flags }) => type === FRAME.data && (flags & FLAG.endStream) !== 0),
  ).toEqual([]);
});

it.each<[string, RouteOptions]>([
  ['as it came', { cluster: 'api' }],
  ['behind a limit', { cluster: 'api', middleware: [bodyLimit({ maxBytes: 100 })] }],
  ['that is copied', { cluster: 'api', mirror: { cluster: 'api', maxBodyBytes: 0 } }],
])(
  'RFC 9110 §6.5: trailers of a request %s reach the upstream, but for those that frame or route',
  async (_, route) => {
    const seen = Promise.withResolvers<IncomingHttpHeaders>();
    const server = createHttp2Server();
    server.on('stream', (stream) => {
      let trailers: IncomingHttpHeaders = {};
      stream.on('trailers', (fields) => {
        trailers = fields;
      });
      stream.resume().on('end', () => {
        seen.resolve(trailers);
        stream.respond({ ':status': 200 }, { endStream: true });
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await using proxy = await startProxy([port], { routes: [route] }, H2C, TO_H2C);
    using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
    const stream = client.session.request(
      { ':method': 'POST', ':authority': 'h' },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '7', authorization: 'x' }));
    const answer = answerOf(stream);
    stream.end('content');
    expect(await answer).toMatchObject({ status: 200 });
    expect(Object.entries(await seen.promise)).toEqual([['x-sum', '7']]);
    server.close();
  },
);

it('RFC 9113 §8.2.2: an answer that is malformed is a 502, and no field of it gets through', async () => {
  await using upstream = await framesUpstream(async (connection) => {
    await connection.until(isHeaders);
    connection.send(
      FRAME.headers,
      FLAG.endHeaders | FLAG.endStream,
      1,
      fieldBlock([
        [':status', '200'],
        ['connection', 'close'],
      ]),
    );
  });
  await using proxy = await startProxy([upstream.port], {}, H2C, TO_H2C);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  const { status, headers } = await client.request({});
  expect([status, headers['x-evenkeel-reason']]).toEqual([502, 'upstream-protocol']);
});

it('a certificate that does not hold is a 502 that says so', async () => {
  await using folder = await tlsFolder();
  await using secure = await startProxy(
    [1],
    {},
    { tls: { certificates: [await folder.write('first', FIRST)] } },
  );
  for (const protocol of ['h2', 'https'] as const) {
    await using proxy = await startProxy([secure.port], {}, H2C, { protocol, servername: 'first.test' });
    using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
    const { status, headers } = await client.request({});
    expect([protocol, status, headers['x-evenkeel-reason']]).toEqual([protocol, 502, 'upstream-tls']);
  }
});

it('an answer without content, and one of a status that has none', async () => {
  await using upstream = await framesUpstream(async (connection) => {
    await connection.until(isHeaders);
    connection.send(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, NO_CONTENT);
  });
  await using proxy = await startProxy([upstream.port], {}, H2C, TO_H2C);
  using client = await http2Client(`http://127.0.0.1:${proxy.port}`);
  expect(await client.request({})).toMatchObject({ status: 204, body: '', code: 0 });
});
