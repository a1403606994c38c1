import { once } from 'node:events';
import { type CacheStoreOptions, cache, createCacheStore } from '@evenkeel/cache';
import { describe, expect, it } from 'vitest';
import { exchangeBytes, parts, rawClient } from './testing/raw-client.ts';
import { rawUpstream, type UpstreamConnection } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

type Answer = string | ((head: string, connection: UpstreamConnection, count: number) => string);

const SHARED = 'Cache-Control: max-age=60\r\n';

/** A response whose content is the number of the request, where it is not given. */
const ok = (fields: string, body: string | number) =>
  `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${String(body).length}\r\n\r\n${body}`;

const get = (fields = '', path = '/x', method = 'GET', content = '') =>
  `${method} ${path} HTTP/1.1\r\nHost: h\r\n${fields}Connection: close\r\n\r\n${content}`;

/** A proxy with a cache in front of one upstream, and a clock that moves by hand. */
async function cachingProxy(answer: Answer, options: CacheStoreOptions = {}) {
  let count = 0;
  let now = Date.parse('2026-01-01T00:00:00Z');
  const upstream = await rawUpstream((head, connection) => {
    count += 1;
    connection.socket.write(typeof answer === 'string' ? answer : answer(head, connection, count), 'latin1');
  });
  const store = createCacheStore({ ...options, now: () => now });
  const interceptor = cache({ store, now: () => now });
  const proxy = await startProxy([upstream.port], { routes: [{ cluster: 'api', cache: interceptor }] });
  return {
    upstream,
    store,
    proxy,
    interceptor,
    get count() {
      return count;
    },
    wait: (seconds: number) => {
      now += seconds * 1_000;
    },
    ask: async (request = get()) => parts(await exchangeBytes(proxy.port, request)),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await store.close();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

const status = ({ head }: { head: string }) => /^cache-status: (.*)\r$/im.exec(head)?.[1];

describe('a route with a cache', () => {
  it('answers from it, with Age and Cache-Status (RFC 9111 §5.1, RFC 9211)', async () => {
    await using it = await cachingProxy((_head, _connection, n) => ok(SHARED, n));
    const first = await it.ask();
    expect(first).toMatchObject({ status: 200, body: '1' });
    expect(status(first)).toBe('evenkeel; fwd=uri-miss; fwd-status=200; stored');
    expect(first.head).not.toMatch(/^age:/im);
    it.wait(7);
    const second = await it.ask();
    expect(second).toMatchObject({ status: 200, body: '1' });
    expect(status(second)).toBe('evenkeel; hit; ttl=53');
    expect(second.head.match(/^(age|date|content-length|via): .*/gim)).toHaveLength(3);
    expect(second.head).toContain('age: 7\r\n');
    it.wait(60);
    expect((await it.ask()).body).toBe('2');
    expect(it.count).toBe(2);
  });

  it('tells in its events who answered, and nobody for a hit', async () => {
    await using it = await cachingProxy(ok(SHARED, 'ok'));
    await it.ask();
    await it.ask();
    expect(await it.proxy.event(0)).toMatchObject({
      endpoint: `127.0.0.1:${it.upstream.port}`,
      attempts: 1,
      status: 200,
    });
    expect(await it.proxy.event(1)).toMatchObject({
      endpoint: undefined,
      attempts: 0,
      status: 200,
      reason: undefined,
    });
  });

  it('adds to the Age and Cache-Status of caches behind it', async () => {
    await using it = await cachingProxy(ok(`${SHARED}Age: 20\r\nCache-Status: inner; hit\r\n`, 'ok'));
    expect((await it.ask()).head).toContain('age: 20\r\n');
    it.wait(5);
    const hit = await it.ask();
    expect(hit.head).toContain('age: 25\r\n');
    expect(status(hit)).toBe('inner; hit, evenkeel; hit; ttl=35');
  });

  it('keeps the bytes of values and the lines of fields, in misses and hits', async () => {
    const fields = `${SHARED}X-Y: \xe9\r\nLink: </a>\r\nLink: </b>\r\n`;
    await using it = await cachingProxy(ok(fields, '\xff\x00'));
    for (let i = 0; i < 2; i++) {
      const { head, body } = await it.ask();
      expect(head).toContain('x-y: \xe9\r\n');
      expect(head).toContain('link: </a>\r\nlink: </b>\r\n');
      expect(body).toBe('\xff\x00');
    }
  });

  it('removes hop-by-hop fields and those that Connection names, in misses and hits', async () => {
    const fields = `${SHARED}Connection: X-In\r\nX-In: 1\r\nKeep-Alive: timeout=9\r\nX-Out: 1\r\n`;
    await using it = await cachingProxy(ok(fields, 'ok'));
    for (let i = 0; i < 2; i++) {
      const { head } = await it.ask();
      expect(head).toContain('x-out: 1\r\n');
      expect(head).not.toMatch(/x-in|timeout=9/i);
    }
    expect(it.count).toBe(1);
  });

  it('answers HEAD, conditions and ranges from what a GET stored', async () => {
    await using it = await cachingProxy(ok(`${SHARED}ETag: "a"\r\n`, 'abcdef'));
    await it.ask();
    const head = await it.ask(get('', '/x', 'HEAD'));
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.head).toContain('content-length: 6\r\n');
    expect(await it.ask(get('If-None-Match: "a"\r\n'))).toMatchObject({ status: 304, body: '' });
    expect(await it.ask(get('Range: bytes=1-2\r\n'))).toMatchObject({ status: 206, body: 'bc' });
    expect(it.count).toBe(1);
  });

  it('relays trailers of a response that it stores', async () => {
    const chunked = `HTTP/1.1 200 OK\r\n${SHARED}Transfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n`;
    await using it = await cachingProxy(chunked);
    const first = await it.ask(get('TE: trailers\r\nConnection: TE\r\n'));
    expect(first.body.toLowerCase()).toBe('2\r\nok\r\n0\r\nx-t: 1\r\n\r\n');
    expect(await it.ask()).toMatchObject({ status: 200 });
    expect(it.count).toBe(1);
  });

  it('passes interim responses on', async () => {
    await using it = await cachingProxy(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok(SHARED, 'ok')}`);
    expect((await it.ask()).head).toMatch(/^HTTP\/1\.1 103 /);
    expect((await it.ask()).head).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('serves stale while no endpoint answers, where the response allows it (RFC 5861)', async () => {
    await using it = await cachingProxy((_head, { socket }, n) => {
      if (n > 1) socket.resetAndDestroy();
      return n > 1 ? '' : ok('Cache-Control: max-age=1, stale-if-error=60\r\n', 'old');
    });
    await it.ask();
    it.wait(10);
    const stale = await it.ask();
    expect(stale).toMatchObject({ status: 200, body: 'old' });
    expect(status(stale)).toBe('evenkeel; fwd=stale; ttl=-9; detail=stale-if-error');
    it.wait(60);
    expect((await it.ask()).status).toBe(502);
  });

  it('renews in the background, and tells of the stale answer as of a hit', async () => {
    await using it = await cachingProxy((_head, _connection, n) =>
      ok('Cache-Control: max-age=1, stale-while-revalidate=60\r\n', n),
    );
    await it.ask();
    it.wait(10);
    expect((await it.ask()).body).toBe('1');
    expect(await it.proxy.event(1)).toMatchObject({ endpoint: undefined, attempts: 0 });
    await expect.poll(async () => (await it.ask()).body).toBe('2');
    expect(it.count).toBe(2);
  });

  it('answers 504 for only-if-cached without a stored response', async () => {
    await using it = await cachingProxy(ok(SHARED, 'ok'));
    expect((await it.ask(get('Cache-Control: only-if-cached\r\n'))).status).toBe(504);
    expect(it.count).toBe(0);
  });

  it('sends one request for many that want the same', async () => {
    let release = (): void => {};
    await using it = await cachingProxy((_head, { socket }) => {
      release = () => void socket.write(ok(SHARED, 'ok'));
      return '';
    });
    const asked = Array.from({ length: 20 }, () => it.ask());
    await expect.poll(() => it.proxy.proxy.active).toBe(20);
    await expect.poll(() => it.count).toBe(1);
    release();
    for (const { body } of await Promise.all(asked)) expect(body).toBe('ok');
    expect(it.count).toBe(1);
  });

  it('forgets what a request changed', async () => {
    await using it = await cachingProxy((_head, _connection, n) => ok(SHARED, n));
    await it.ask();
    expect((await it.ask(get('Content-Length: 2\r\n', '/x', 'PUT', 'hi'))).body).toBe('2');
    expect((await it.ask()).body).toBe('3');
  });

  it('purges in code, by the name of the cluster, whatever the Host', async () => {
    await using it = await cachingProxy((_head, _connection, n) => ok(`${SHARED}Cache-Tag: t\r\n`, n));
    const other = get('', '/a/b').replace('Host: h', 'Host: other');
    expect([(await it.ask(get('', '/a/b'))).body, (await it.ask(other)).body]).toEqual(['1', '2']);
    await it.store.purgeUrl('http://api/a/b');
    expect([(await it.ask(get('', '/a/b'))).body, (await it.ask(other)).body]).toEqual(['3', '4']);
    await it.store.purgePrefix('http://api/a/');
    expect((await it.ask(get('', '/a/b'))).body).toBe('5');
    await it.store.purgeTags(['t']);
    expect((await it.ask(get('', '/a/b'))).body).toBe('6');
    expect((await it.ask(get('', '/a/b'))).body).toBe('6');
  });

  it('leaves upgrades to the upstream', async () => {
    const switched =
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi';
    await using it = await cachingProxy(switched);
    const upgrade = 'GET /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    using client = rawClient(it.proxy.port, upgrade);
    expect(await client.until(/\r\n\r\nhi$/)).toMatch(/^HTTP\/1\.1 101 /);
    client.write('there');
    await (await it.upstream.connection(0)).until('there');
  });

  it('leaves routes without a cache alone, in case and order of fields too', async () => {
    await using upstream = await rawUpstream(ok(`${SHARED}X-CaSe: 1\r\n`, 'ok'));
    await using store = createCacheStore();
    await using proxy = await startProxy([upstream.port], {
      routes: [{ cluster: 'api', match: { path: '/cached' }, cache: cache({ store }) }, { cluster: 'api' }],
    });
    const { head } = parts(await exchangeBytes(proxy.port, get()));
    expect(head).toContain('X-CaSe: 1\r\n');
    expect(head).not.toMatch(/cache-status/i);
    expect(parts(await exchangeBytes(proxy.port, get('', '/cached/x'))).head).toMatch(/cache-status/i);
  });
});

describe('what is never shared', () => {
  it.each<[string, string, string]>([
    ['a response with Set-Cookie', `${SHARED}Set-Cookie: id=1\r\n`, ''],
    ['a private response', 'Cache-Control: private, max-age=60\r\n', ''],
    ['one with no-store', 'Cache-Control: no-store, max-age=60\r\n', ''],
    ['one with Vary: *', `${SHARED}Vary: *\r\n`, ''],
    ['one to a request with Authorization', SHARED, 'Authorization: Basic YTpi\r\n'],
    ['one without a lifetime', '', ''],
  ])('%s', async (_, fields, asking) => {
    await using it = await cachingProxy((_head, _connection, n) => ok(fields, n));
    expect((await it.ask(get(asking))).body).toBe('1');
    const second = await it.ask();
    expect(second.body).toBe('2');
    expect(status(second)).not.toContain('hit');
  });

  it('a response to Authorization, unless it says that it may be (RFC 9111 §3.5)', async () => {
    await using it = await cachingProxy(ok('Cache-Control: public, max-age=60\r\n', 'ok'));
    await it.ask(get('Authorization: Basic YTpi\r\n'));
    expect(status(await it.ask())).toContain('hit');
  });

  it('a response to another Host', async () => {
    await using it = await cachingProxy((head) => ok(SHARED, /host: (.*)\r/i.exec(head)?.[1] ?? ''));
    expect((await it.ask(get().replace('Host: h', 'Host: evil'))).body).toBe('evil');
    expect((await it.ask()).body).toBe('h');
  });

  it('a response to X-Forwarded-Host and the like of a client', async () => {
    await using it = await cachingProxy((head) =>
      ok(SHARED, /x-original-url: (.*)\r/i.exec(head)?.[1] ?? '-'),
    );
    expect((await it.ask(get('X-Original-URL: /admin\r\nX-Forwarded-Host: evil\r\n'))).body).toBe('/admin');
    expect((await it.ask()).body).toBe('-');
    expect(it.upstream.connections[0]?.received).not.toMatch(/evil/);
  });

  it('a response that broke off', async () => {
    await using it = await cachingProxy((_head, { socket }, n) => {
      if (n > 1) return ok(SHARED, 'whole');
      socket.end(`HTTP/1.1 200 OK\r\n${SHARED}Content-Length: 10\r\n\r\nhalf`);
      return '';
    });
    const first = await it.ask();
    expect(first.body.length).toBeLessThan(10);
    expect((await it.ask()).body).toBe('whole');
  });

  it('a response to a GET with content, which other requests would not have', async () => {
    await using it = await cachingProxy((_head, _connection, n) => ok(SHARED, n));
    expect((await it.ask(get('Content-Length: 2\r\n', '/x', 'GET', 'hi'))).body).toBe('1');
    expect((await it.ask()).body).toBe('2');
  });

  it('a response with a transfer coding that is still in its content', async () => {
    const coded = `HTTP/1.1 200 OK\r\n${SHARED}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`;
    await using it = await cachingProxy(coded);
    for (let i = 0; i < 2; i++) expect((await it.ask()).status).toBe(502);
    expect(it.count).toBe(2);
    expect(await it.proxy.event(0)).toMatchObject({ reason: 'upstream-protocol' });
    expect(it.store.memory.count).toBe(0);
  });

  it('such a response to a renewal, which no exchange looks at', async () => {
    await using it = await cachingProxy((_head, _connection, n) =>
      n === 1
        ? ok('Cache-Control: max-age=1, stale-while-revalidate=60\r\n', 'good')
        : `HTTP/1.1 200 OK\r\n${SHARED}Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nbad\r\n0\r\n\r\n`,
    );
    await it.ask();
    it.wait(10);
    expect((await it.ask()).body).toBe('good');
    await expect.poll(() => it.count).toBe(2);
    const renewed = await it.upstream.connection(0);
    await renewed.closed;
    expect((await it.ask()).body).toBe('good');
  });
});

it('a proxy that closes lets a request end that waits for the cache, and its client goes without harm', async () => {
  await using it = await cachingProxy(() => '');
  const [one, other] = [it.ask(), it.ask()];
  await expect.poll(() => it.proxy.proxy.active).toBe(2);
  const { socket } = await it.upstream.connection(0);
  const closed = it.proxy.proxy.close();
  await expect.poll(() => it.count).toBe(1);
  socket.write(ok(SHARED, 'ok'));
  expect([(await one).body, (await other).body]).toEqual(['ok', 'ok']);
  await closed;
});

it('relays a large stored response to a client that reads slowly', async () => {
  const body = 'x'.repeat(24 * 1_024 * 1_024); // more than sockets hold
  await using it = await cachingProxy(ok(SHARED, body), {
    maxEntryBytes: 2 * body.length,
    memoryBytes: 10 * body.length,
  });
  await it.ask();
  using client = rawClient(it.proxy.port, get());
  client.socket.pause();
  await expect.poll(() => it.proxy.proxy.active).toBe(1);
  client.socket.resume();
  await once(client.socket, 'close');
  expect(parts(client.received).body).toHaveLength(body.length);
  expect(it.count).toBe(1);
});
