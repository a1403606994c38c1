import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, type ServerHttp2Stream } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { manualClock } from '@evenkeel/core/testing';
import { type Dispatcher, FormData } from 'undici';
import { describe, expect, test } from 'vitest';
import type { HttpClient } from './http-client-interface.ts';
import type { HttpClusterRoute } from './http-client-options.ts';
import { fakeCluster } from './testing/fake-cluster.ts';
import { http2Server } from './testing/http2-server.ts';
import { readyClient } from './testing/ready-client.ts';
import { hangingServer, httpServer, rawServer, refusingAddress } from './testing/servers.ts';
import { TEST_CERT, TEST_KEY } from './testing/tls-fixture.ts';
import { until } from './testing/until.ts';

const get = { origin: 'http://orders', path: '/', method: 'GET' } as const;
const h2c = { protocol: 'h2c' } as const;

const fine = (stream: ServerHttp2Stream): void => {
  stream.respond({ ':status': 200 });
  stream.end('fine');
};

/** A client for one cluster at these addresses. */
async function clientFor(
  addresses: readonly string[],
  route: Partial<HttpClusterRoute> = h2c,
  more: object = {},
) {
  const cluster = fakeCluster(addresses);
  const client = await readyClient({ clusters: { orders: { cluster, ...route } }, ...more });
  return { client, cluster, [Symbol.asyncDispose]: () => client.destroy() };
}

async function text(client: HttpClient, options: Partial<Dispatcher.RequestOptions> = {}): Promise<string> {
  const { statusCode, body } = await client.request({ ...get, ...options } as Dispatcher.RequestOptions);
  return `${statusCode} ${await body.text()}`;
}

describe('a request', () => {
  test('goes over HTTP/2 with its fields, and brings back status, fields, content and trailers', async () => {
    let raw: string[] = [];
    await using server = await http2Server((stream, _headers, fields) => {
      raw = fields;
      stream.respond(
        { ':status': 201, 'set-cookie': ['a=1', 'b=2'], 'x-one': '1' },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '7' }));
      stream.end('made');
    });
    await using at = await clientFor([server.address]);
    const response = await at.client.request({
      ...get,
      path: '/a?b',
      headers: ['Host', 'shop.test', 'X-Two', 'a', 'X-Two', 'b', 'Connection', 'keep-alive', 'TE', 'gzip'],
    });
    expect(response.statusCode).toBe(201);
    expect(response.headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'x-one': '1' });
    expect(await response.body.text()).toBe('made');
    expect(response.trailers).toEqual({ 'x-sum': '7' });
    expect(raw).toEqual([
      ...[':method', 'GET', ':scheme', 'http', ':authority', 'shop.test', ':path', '/a?b'],
      ...['x-two', 'a', 'x-two', 'b', 'te', 'trailers'],
    ]);
    expect(at.cluster.kinds()).toEqual(['success']);
  });

  test('shares a connection with others, and gets another one beyond what the endpoint takes', async () => {
    const waiting: ServerHttp2Stream[] = [];
    const settings = { maxConcurrentStreams: 2 };
    await using server = await http2Server(
      (stream, headers) => (headers[':path'] === '/first' ? fine(stream) : void waiting.push(stream)),
      { settings },
    );
    await using at = await clientFor([server.address]);
    expect(await text(at.client, { path: '/first' })).toBe('200 fine');
    const answers = Array.from({ length: 5 }, () => text(at.client));
    await until(() => waiting.length === 5);
    expect(server.sessions).toHaveLength(3);
    for (const stream of waiting) fine(stream);
    expect(await Promise.all(answers)).toEqual(Array(5).fill('200 fine'));
  });

  test('streams both ways at the same time', async () => {
    await using server = await http2Server((stream) => {
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    });
    await using at = await clientFor([server.address]);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const response = await at.client.request({
      ...get,
      method: 'POST',
      body: Readable.fromWeb(readable as never),
    });
    const reader = response.body[Symbol.asyncIterator]();
    for (const word of ['one', 'two']) {
      await writer.write(Buffer.from(word));
      expect(`${(await reader.next()).value}`).toBe(word);
    }
    await writer.close();
    expect((await reader.next()).done).toBe(true);
  });

  test.each([
    ['a string', 'content', 'content'],
    ['bytes', Buffer.from('content'), 'content'],
    ['nothing at all', null, ''],
    ['an empty string', '', ''],
    [
      'pieces',
      (async function* () {
        yield 'con';
        yield Buffer.from('tent');
      })(),
      'content',
    ],
  ])('has a body: %s', async (_name, body, expected) => {
    let received = 'none';
    await using server = await http2Server((stream) => {
      let seen = '';
      stream.on('data', (chunk) => {
        seen += chunk;
      });
      stream.on('end', () => {
        received = seen;
        fine(stream);
      });
    });
    await using at = await clientFor([server.address]);
    expect(await text(at.client, { method: 'POST', body: body as never })).toBe('200 fine');
    expect(received).toBe(expected);
  });

  test('a form has its boundary in its type', async () => {
    let type: string | undefined;
    let received = '';
    await using server = await http2Server((stream, headers) => {
      type = headers['content-type'];
      stream.on('data', (chunk) => {
        received += chunk;
      });
      stream.on('end', () => fine(stream));
    });
    await using at = await clientFor([server.address]);
    const form = new FormData();
    form.set('a', 'b');
    expect(await text(at.client, { method: 'POST', body: form })).toBe('200 fine');
    expect(type).toMatch(/^multipart\/form-data; boundary=/);
    expect(received).toContain('name="a"\r\n\r\nb');
  });

  test('passes interim responses on, but not the 100 that nobody asked for', async () => {
    await using server = await http2Server((stream) => {
      stream.additionalHeaders({ ':status': 100 });
      stream.additionalHeaders({ ':status': 103, link: '</a>' });
      fine(stream);
    });
    await using at = await clientFor([server.address]);
    const informed: unknown[] = [];
    const onInfo = (info: unknown): void => void informed.push(info);
    expect(await text(at.client, { onInfo } as never)).toBe('200 fine');
    expect(informed).toEqual([expect.objectContaining({ statusCode: 103 })]);
  });

  test('a response without content ends in the turn in which it starts', async () => {
    await using server = await http2Server((stream) =>
      stream.respond({ ':status': 200, 'grpc-status': '5' }, { endStream: true }),
    );
    await using at = await clientFor([server.address]);
    const turns: string[] = [];
    await new Promise<void>((resolve, reject) => {
      at.client.dispatch(get, {
        onResponseStart() {
          turns.push('start');
          process.nextTick(() => turns.push('next turn'));
        },
        onResponseEnd() {
          turns.push('end');
          setImmediate(resolve);
        },
        onResponseError: (_controller, error) => reject(error),
      });
    });
    expect(turns).toEqual(['start', 'end', 'next turn']);
  });

  test('an answer before the end of the request is a whole one, and stops the request', async () => {
    await using server = await http2Server((stream) => {
      stream.respond({ ':status': 413 });
      stream.end('too much');
    });
    await using at = await clientFor([server.address]);
    let pulled = 0;
    const body = new Readable({
      read() {
        pulled += 1;
        if (pulled === 1) this.push('x');
      },
    });
    expect(await text(at.client, { method: 'POST', body })).toBe('413 too much');
    await until(() => body.destroyed);
    expect(await text(at.client, { method: 'POST', body: 'x' })).toBe('413 too much');
    expect(server.sessions).toHaveLength(1);
  });

  test('that is given up resets its stream, and no other one', async () => {
    await using server = await http2Server((stream, headers) => {
      if (headers[':path'] === '/other') fine(stream);
    });
    await using at = await clientFor([server.address]);
    const abort = new AbortController();
    const given = text(at.client, { signal: abort.signal });
    await until(() => server.streams.length === 1);
    const closed = once(server.streams[0]!, 'close');
    abort.abort();
    await expect(given).rejects.toThrow('aborted');
    await closed;
    expect(server.streams[0]!.rstCode).toBe(constants.NGHTTP2_CANCEL);
    expect(await text(at.client, { path: '/other' })).toBe('200 fine');
    expect(server.sessions).toHaveLength(1);
    expect(at.cluster.kinds()).toEqual(['cancelled', 'success']);
  });

  test('back-pressure holds the endpoint back', async () => {
    let written = 0;
    await using server = await http2Server((stream) => {
      stream.respond({ ':status': 200 });
      const more = (): void => {
        while (stream.write(Buffer.alloc(16_384))) written += 16_384;
        written += 16_384;
      };
      stream.on('drain', more);
      more();
    });
    await using at = await clientFor([server.address]);
    let controller: Dispatcher.DispatchController | undefined;
    let paused = false;
    at.client.dispatch(get, {
      onRequestStart: (given) => {
        controller = given;
      },
      onResponseData(given) {
        if (!paused) given.pause();
        paused = true;
      },
      onResponseError() {},
    });
    await until(() => written > 0);
    for (let before = -1; before !== written; ) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(written).toBeLessThan(2 ** 20);
    const before = written;
    controller?.resume();
    await until(() => written > before);
    controller?.abort(new Error('enough'));
  });
});

describe('what goes wrong', () => {
  test('a request that was refused is sent again at another endpoint, whatever its method', async () => {
    await using refusing = await http2Server((stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM));
    let received = '';
    await using good = await http2Server((stream) => {
      stream.on('data', (chunk) => {
        received += chunk;
      });
      stream.on('end', () => fine(stream));
    });
    await using at = await clientFor([refusing.address, good.address]);
    const body = Readable.from([Buffer.from('con'), Buffer.from('tent')]);
    expect(await text(at.client, { method: 'POST', body })).toBe('200 fine');
    expect(received).toBe('content');
    expect(refusing.streams).toHaveLength(1);
    expect(at.cluster.kinds()).toEqual(['failure', 'success']);
  });

  test('a POST that was taken, and then reset, is not', async () => {
    await using server = await http2Server((stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    await using at = await clientFor([server.address, server.address]);
    const error = await text(at.client, { method: 'POST', body: 'x' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_EVENKEEL_UPSTREAM', retryable: false });
    expect(String((error as Error).cause)).toContain('INTERNAL_ERROR');
    expect(server.streams).toHaveLength(1);
  });

  test('GOAWAY: what was taken ends well, what comes next gets another connection', async () => {
    let held: ServerHttp2Stream | undefined;
    await using server = await http2Server((stream) => {
      if (held === undefined) held = stream;
      else fine(stream);
    });
    await using at = await clientFor([server.address]);
    const first = text(at.client);
    await until(() => held !== undefined);
    server.sessions[0]!.close();
    // When the GOAWAY is there, a new connection is made.
    await until(() => {
      void text(at.client).catch(() => {});
      return server.sessions.length === 2;
    });
    fine(held!);
    expect(await first).toBe('200 fine');
  });

  test('a refused connection, one that is no HTTP/2, and one that ends', async () => {
    await using good = await http2Server(fine);
    await using at = await clientFor([await refusingAddress(), good.address]);
    expect(await text(at.client, { method: 'POST', body: 'x' })).toBe('200 fine');
    await using odd = await rawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await using other = await clientFor([odd.address], h2c, { retry: false });
    await expect(text(other.client)).rejects.toMatchObject({ code: 'ERR_EVENKEEL_UPSTREAM' });
  });

  test('an answer that breaks off, or is not as long as it says', async () => {
    await using server = await http2Server((stream, headers) => {
      stream.respond({ ':status': 200, ...(headers[':path'] === '/sized' && { 'content-length': '9' }) });
      stream.write('part', () =>
        headers[':path'] === '/sized' ? stream.end() : stream.destroy(new Error('broken')),
      );
    });
    await using at = await clientFor([server.address]);
    for (const path of ['/', '/sized']) {
      await expect(text(at.client, { path })).rejects.toMatchObject({ code: 'ERR_EVENKEEL_UPSTREAM' });
    }
    expect(at.cluster.kinds()).toEqual(['failure', 'failure']);
  });

  test('time limits: for the headers, for a body that stands still, for a connection', async () => {
    const clock = manualClock();
    await using server = await http2Server((stream, headers) => {
      if (headers[':path'] !== '/headers') stream.respond({ ':status': 200 });
      stream.write('part');
    });
    await using at = await clientFor([server.address], h2c, { retry: false, clock });
    const slow = text(at.client, { path: '/headers', headersTimeout: 1_000 });
    slow.catch(() => {});
    await until(() => server.streams.length === 1);
    clock.advance(1_000);
    await expect(slow).rejects.toMatchObject({ code: 'ERR_EVENKEEL_TIMEOUT', kind: 'response headers' });
    const response = await at.client.request({ ...get, bodyTimeout: 1_000 });
    const body = response.body.text();
    body.catch(() => {});
    await until(() => clock.pendingTimers > 0);
    clock.advance(1_000);
    await expect(body).rejects.toMatchObject({ code: 'ERR_EVENKEEL_TIMEOUT', kind: 'body idle' });
  });

  test('a connection that is cut without a word is found out by the first request that is given up on it', async () => {
    const clock = manualClock();
    await using server = await http2Server((stream, headers) => {
      if (headers[':path'] === '/') fine(stream);
    });
    await using at = await clientFor([server.address], h2c, { retry: false, clock, perTryTimeoutMs: 500 });
    expect(await text(at.client)).toBe('200 fine');
    // Nothing of what comes is read any more.
    const { socket } = server.sessions[0]!;
    server.sessions[0]!.setTimeout(0);
    (socket as unknown as { _handle: { readStop(): void } })._handle.readStop();
    const lost = text(at.client);
    lost.catch(() => {});
    await until(() => at.cluster.inFlight() === 1);
    clock.advance(500);
    await expect(lost).rejects.toMatchObject({ code: 'ERR_EVENKEEL_TIMEOUT' });
    // Until the ping is answered, requests go elsewhere.
    expect(await text(at.client)).toBe('200 fine');
    expect(server.sessions).toHaveLength(2);
  });
});

describe('connections', () => {
  test('over TLS they are verified, carry the name, and show certificates from files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'evenkeel-h2-'));
    await writeFile(join(folder, 'cert.pem'), TEST_CERT);
    await writeFile(join(folder, 'key.pem'), TEST_KEY);
    let names: unknown[] = [];
    await using server = await http2Server(
      (stream) => {
        const { socket } = stream.session as { socket: unknown } as {
          socket: { servername: string; authorized: boolean };
        };
        names = [socket.servername, socket.authorized];
        fine(stream);
      },
      { tls: { cert: TEST_CERT, key: TEST_KEY, requestCert: true, rejectUnauthorized: true, ca: TEST_CERT } },
    );
    const [caFile, certFile, keyFile] = [
      join(folder, 'cert.pem'),
      join(folder, 'cert.pem'),
      join(folder, 'key.pem'),
    ];
    const route = { protocol: 'h2' as const, servername: 'orders.test', tls: { caFile, certFile, keyFile } };
    await using at = await clientFor([server.address], route);
    expect(await text(at.client)).toBe('200 fine');
    expect(names).toEqual(['orders.test', true]);
    for (const wrong of [
      { ...route, tls: {} },
      { ...route, servername: 'wrong.test' },
      { ...route, tls: { caFile } },
    ]) {
      await using refused = await clientFor([server.address], wrong, { retry: false });
      await expect(text(refused.client)).rejects.toMatchObject({ code: 'ERR_EVENKEEL_UPSTREAM' });
    }
    await using open = await clientFor([server.address], {
      ...route,
      tls: { certFile, keyFile, rejectUnauthorized: false },
    });
    expect(await text(open.client)).toBe('200 fine');
    await rm(folder, { recursive: true });
  });

  test('an endpoint that does not choose HTTP/2 is an error that says so', async () => {
    const server = createHttpsServer({ cert: TEST_CERT, key: TEST_KEY }, (_request, response) =>
      response.end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const route = { protocol: 'h2' as const, servername: 'orders.test', tls: { ca: TEST_CERT } };
    await using at = await clientFor([`127.0.0.1:${port}`], route, { retry: false });
    const error = await text(at.client).catch((reason: unknown) => reason);
    expect(`${error}`).toMatch(/ALPN|no application protocol/i);
    server.close();
  });

  test('upgrades go over HTTP/1.1', async () => {
    await using server = await httpServer(() => {});
    server.server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    await using at = await clientFor([server.address]);
    const { socket } = await at.client.upgrade({ ...get, protocol: 'websocket' });
    socket.destroy();
  });

  test('those at rest are closed after a while', async () => {
    const clock = manualClock();
    await using server = await http2Server(fine);
    await using at = await clientFor([server.address], h2c, { clock });
    expect(await text(at.client)).toBe('200 fine');
    const closed = once(server.sessions[0]!, 'close');
    await until(() => clock.pendingTimers > 0);
    clock.advance(60_000);
    await closed;
    expect(await text(at.client)).toBe('200 fine');
    expect(server.sessions).toHaveLength(2);
  });

  test('close lets requests end, destroy does not', async () => {
    const streams: ServerHttp2Stream[] = [];
    await using server = await http2Server((stream) => void streams.push(stream));
    const at = await clientFor([server.address]);
    const answer = text(at.client);
    await until(() => streams.length === 1);
    const closed = at.client.close();
    fine(streams[0]!);
    expect(await answer).toBe('200 fine');
    await closed;
    await until(() => server.sessions[0]!.destroyed);
    const other = await clientFor([server.address]);
    const broken = text(other.client);
    broken.catch(() => {});
    await until(() => streams.length === 2);
    await other.client.destroy();
    await expect(broken).rejects.toMatchObject({ code: 'ERR_EVENKEEL_CLOSED' });
  });

  test('a connection that is never made ends with its time limit', async () => {
    const clock = manualClock();
    await using server = await hangingServer();
    const route = { protocol: 'h2' as const, tls: { ca: TEST_CERT } };
    await using at = await clientFor([server.address], route, {
      clock,
      retry: false,
      connectTimeoutMs: 1_000,
    });
    const answer = text(at.client);
    answer.catch(() => {});
    await until(() => server.count === 1);
    clock.advance(1_000);
    await expect(answer).rejects.toMatchObject({ code: 'ERR_EVENKEEL_TIMEOUT', kind: 'connect' });
  });

  test('HTTP/2 is refused where connections are made elsewhere', async () => {
    const cluster = fakeCluster(['127.0.0.1:1']);
    const dispatcher = { dispatch: () => true } as unknown as Dispatcher;
    await expect(
      readyClient({ clusters: { orders: { cluster, protocol: 'h2', dispatcher } } }),
    ).rejects.toThrow(
      'clusters.orders.protocol: got "h2", expected "http" or "https", as connections are made elsewhere',
    );
    await expect(
      readyClient({ clusters: { orders: { cluster, tls: { caFile: '/none' } } } }),
    ).rejects.toThrow('clusters.orders.tls.caFile: got "/none"');
  });
});
