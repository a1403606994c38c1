import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, createGunzip, gunzip, zstdDecompress } from 'node:zlib';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { rawClient } from '../../testing/raw-client.ts';
import { startProxy } from '../../testing/start-proxy.ts';
import { through } from '../../testing/through.ts';
import { type CompressOptions, compress } from './compress.ts';

const TEXT = 'To be, or not to be, that is the question. '.repeat(100);
const decoders = {
  gzip: promisify(gunzip),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};
const ALL = { 'accept-encoding': 'gzip, deflate, br, zstd' };

/** A proxy that compresses, in front of an upstream of `node:http`. */
async function compressing(
  upstream: (...request: Parameters<RequestListener>) => void | Promise<void>,
  options: CompressOptions = {},
) {
  const server = createServer((request, response) => void upstream(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const middleware = [compress(options)];
  const proxy = await startProxy([(server.address() as AddressInfo).port], {
    routes: [{ cluster: 'api', middleware }],
  });
  const url = `http://127.0.0.1:${proxy.port}/`;
  return {
    ...proxy,
    url,
    async ask(headers: Record<string, string> = ALL, method: 'GET' | 'HEAD' = 'GET') {
      const response = await request(url, { headers, method });
      return { ...response, bytes: Buffer.from(await response.body.arrayBuffer()) };
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
    },
  };
}

const text =
  (headers: Record<string, string> = {}, status = 200): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(TEXT);

for (const coding of ['gzip', 'br', 'zstd'] as const) {
  describe(coding, () => {
    it('makes the same content shorter, with and without a length', async () => {
      for (const headers of [{}, { 'content-length': String(TEXT.length) }]) {
        await using proxy = await compressing(text(headers));
        const { headers: got, bytes } = await proxy.ask({ 'accept-encoding': coding });
        expect(got).toMatchObject({ 'content-encoding': coding, vary: 'Accept-Encoding' });
        expect(got['content-length']).toBeUndefined();
        expect((await decoders[coding](bytes)).toString()).toBe(TEXT);
        expect(bytes.length).toBeLessThan(TEXT.length / 10);
      }
    });

    it('lets every event out before the next one comes', async () => {
      const events = ['data: 1\n\n', 'data: two\n\n', `data: ${'3'.repeat(5_000)}\n\n`];
      let send = (): void => {};
      await using proxy = await compressing(
        (_request, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          let n = 0;
          send = () => void (n < events.length ? response.write(events[n++]) : response.end());
          send();
        },
        { codings: [coding] },
      );
      const response = await fetch(proxy.url, { headers: { 'accept-encoding': coding } });
      expect(response.headers.get('content-encoding')).toBe(coding);
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      for (const event of events) {
        let received = '';
        while (received.length < event.length) received += (await reader.read()).value;
        expect(received).toBe(event);
        send();
      }
      expect((await reader.read()).done).toBe(true);
    });

    it('keeps trailers', async () => {
      await using proxy = await compressing((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/plain', trailer: 'x-sum' });
        response.write(TEXT);
        response.addTrailers({ 'x-sum': '7' });
        response.end();
      });
      using client = rawClient(
        proxy.port,
        `GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nAccept-Encoding: ${coding}\r\n\r\n`,
      );
      expect(await client.until('x-sum: 7\r\n\r\n')).toContain(`content-encoding: ${coding}\r\n`);
    });

    it('leaves a broken answer broken', async () => {
      await using proxy = await compressing((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.write(TEXT, () => response.destroy());
      });
      using client = rawClient(proxy.port, `GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: ${coding}\r\n\r\n`);
      const { text: answer } = await client.end();
      expect(answer).toContain(`content-encoding: ${coding}\r\n`);
      expect(answer.endsWith('0\r\n\r\n')).toBe(false);
      expect(await proxy.event(0)).toMatchObject({ status: 200, reason: 'upstream-reset' });
    });
  });
}

it.each<[string, Record<string, string>, Record<string, string>, number, CompressOptions]>([
  ['is encoded already', { 'content-encoding': 'br' }, ALL, 200, {}],
  ['must not be changed', { 'cache-control': 'public, no-transform' }, ALL, 200, {}],
  ['must not be changed, as the client says', {}, { ...ALL, 'cache-control': 'no-transform' }, 200, {}],
  ['is a part', { 'content-range': 'bytes 0-9/4300' }, ALL, 206, {}],
  ['is a part without a length', { 'content-range': 'bytes 0-9/4300' }, ALL, 200, {}],
  ['is short', { 'content-length': String(TEXT.length) }, ALL, 200, { minBytes: TEXT.length + 1 }],
  ['is of another type', { 'content-type': 'image/png' }, ALL, 200, {}],
  ['is of no type', { 'content-type': '' }, ALL, 200, {}],
  ['is of a type that was not named', {}, ALL, 200, { types: ['application/*'] }],
])('leaves content alone that %s', async (_what, headers, asked, status, options) => {
  await using proxy = await compressing(text({ etag: '"a"', ...headers }, status), options);
  const response = await proxy.ask(asked);
  expect(response.statusCode).toBe(status);
  expect(response.bytes.toString()).toBe(TEXT);
  expect(response.headers.etag).toBe('"a"');
  expect(response.headers['content-encoding']).toBe(headers['content-encoding']);
});

it('says that the answer depends on what clients accept also to those that accept nothing', async () => {
  await using proxy = await compressing(text({ vary: 'Origin', etag: '"a"' }));
  for (const asked of [{}, { 'accept-encoding': 'identity' }, { 'accept-encoding': 'deflate' }]) {
    const { headers, bytes } = await proxy.ask(asked);
    expect(headers).toMatchObject({ vary: 'Origin, Accept-Encoding', etag: '"a"' });
    expect(bytes.toString()).toBe(TEXT);
  }
  await using other = await compressing(text({ 'content-type': 'image/png' }));
  expect((await other.ask()).headers.vary).toBeUndefined();
});

it('weakens the tag, and drops what speaks of the bytes as they were', async () => {
  const fields = {
    etag: '"a"',
    'accept-ranges': 'bytes',
    'content-md5': 'x',
    'repr-digest': 'sha-256=:x:',
    'x-own': '1',
  };
  await using proxy = await compressing(text(fields));
  const { headers } = await proxy.ask();
  expect(headers).toMatchObject({ etag: 'W/"a"', 'x-own': '1' });
  for (const name of ['accept-ranges', 'content-md5', 'repr-digest']) expect(headers[name]).toBeUndefined();
  await using weak = await compressing(text({ etag: 'W/"a"' }));
  expect((await weak.ask()).headers.etag).toBe('W/"a"');
});

it('answers 304 with the tag that the client has', async () => {
  await using proxy = await compressing(
    (_request, response) => void response.writeHead(304, { etag: '"a"' }).end(),
  );
  expect((await proxy.ask({ ...ALL, 'if-none-match': 'W/"a"' })).headers.etag).toBe('W/"a"');
  expect((await proxy.ask({ ...ALL, 'if-none-match': '"a"' })).headers.etag).toBe('"a"');
  expect((await proxy.ask({ 'if-none-match': 'W/"a"' })).headers.etag).toBe('"a"');
});

it('answers HEAD as GET, without content', async () => {
  await using proxy = await compressing(text({ 'content-length': String(TEXT.length), etag: '"a"' }));
  const { headers, bytes } = await proxy.ask(ALL, 'HEAD');
  expect(headers).toMatchObject({ 'content-encoding': 'zstd', etag: 'W/"a"', vary: 'Accept-Encoding' });
  expect(headers['content-length']).toBeUndefined();
  expect(bytes).toHaveLength(0);
});

it('leaves 204 alone, and errors of the proxy that are short', async () => {
  await using proxy = await compressing(
    (_request, response) => void response.writeHead(204, { 'content-type': 'text/plain' }).end(),
  );
  expect((await proxy.ask()).headers['content-encoding']).toBeUndefined();
  await using gone = await through([compress()]);
  await gone.upstream[Symbol.asyncDispose]();
  const response = await fetch(gone.url, { headers: ALL });
  expect([response.status, response.headers.get('content-encoding')]).toEqual([502, null]);
});

it('serves a client that speaks HTTP/1.0', async () => {
  await using proxy = await compressing(text());
  using client = rawClient(proxy.port, 'GET / HTTP/1.0\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n');
  const { text: answer } = await client.end();
  const body = Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1');
  expect((await decoders.gzip(body)).toString()).toBe(TEXT);
});

it('holds the upstream up while the client does not read, and loses nothing', async () => {
  const block = randomBytes(64 * 1_024);
  const blocks = 800;
  let written = 0;
  await using proxy = await compressing(
    async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      for (; written < blocks; written++) if (!response.write(block)) await once(response, 'drain');
      response.end();
    },
    { codings: ['gzip'], levels: { gzip: 1 } },
  );
  const response = await new Promise<IncomingMessage>((resolve) => {
    get(proxy.url, { headers: { 'accept-encoding': 'gzip' } }, resolve);
  });
  let before = -1;
  await expect
    .poll(
      () => {
        const still = before === written;
        before = written;
        return still;
      },
      { interval: 300, timeout: 15_000 },
    )
    .toBe(true);
  expect(written).toBeLessThan(blocks / 2);
  let length = 0;
  for await (const chunk of response.pipe(createGunzip())) length += chunk.length;
  expect(length).toBe(blocks * block.length);
});

it('lets go of the upstream when the client leaves', async () => {
  let closed = (): void => {};
  const gone = new Promise<void>((resolve) => {
    closed = resolve;
  });
  await using proxy = await compressing((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write(TEXT);
    response.on('close', () => closed());
  });
  using client = rawClient(proxy.port, 'GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n');
  await client.until('content-encoding');
  client.socket.destroy();
  await gone;
  expect(await proxy.event(0)).toMatchObject({ reason: 'client-gone' });
});

it.each<[unknown, string]>([
  [{ codings: [] }, 'codings: '],
  [{ codings: ['deflate'] }, 'codings[0]: '],
  [{ minBytes: -1 }, 'minBytes: '],
  [{ types: ['text'] }, 'types[0]: '],
  [{ types: 'text/*' }, 'types: '],
  [{ levels: { gzip: 10 } }, 'levels.gzip: '],
  [{ levels: { deflate: 1 } }, 'levels.deflate: '],
  [{ level: 3 }, 'level: '],
])('refuses %j', (options, message) => {
  expect(() => compress(options as CompressOptions)).toThrow(message);
});
