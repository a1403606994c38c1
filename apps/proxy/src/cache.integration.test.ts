import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCacheStore } from '@evenkeel/cache';
import { memcachedCacheDriver } from '@evenkeel/cache-memcached';
import { redisCacheDriver } from '@evenkeel/cache-redis';
import { serviceGate, startService } from '@evenkeel/services';
import { request } from 'undici';
import { describe, expect, it, vi } from 'vitest';
import { runCli } from './lib/testing/run-cli.ts';
import { temporaryFile } from './lib/testing/temporary-file.ts';

const redis = await serviceGate('redis');
const memcached = await serviceGate('memcached');
const control = await serviceGate('redis', { control: true });

/** Whoever asks, by one Host: proxies on different ports have different ones otherwise. */
const HOST = { host: 'shop.example.com' };

/** An origin whose answers may be kept, and tell how many there were. */
async function countingOrigin() {
  let count = 0;
  const server = createServer(({ url }, response) => {
    response.setHeader('cache-control', url === '/own' ? 'private' : 'max-age=60');
    response.setHeader('cache-tag', 'all');
    response.end(String(++count));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get count() {
      return count;
    },
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A proxy of a configuration whose one route has a cache. */
async function cachingProxy(origin: string, name: string, cache: string) {
  const file = await temporaryFile(
    'evenkeel.yaml',
    `
listeners: [{ port: 0, host: 127.0.0.1 }]
clusters: { api: { discovery: { static: ["${origin}"] } } }
routes: [{ cluster: api, cache: ${cache} }]
name: ${name}
admin: { port: 0 }
`,
  );
  const cli = runCli('run', '-c', file.path);
  const [, url = ''] = await cli.printed(/^listening on (\S+)$/m);
  const [, admin = ''] = await cli.printed(/^admin on (\S+)$/m);
  return {
    cli,
    async purge(what: object) {
      const { statusCode, body } = await request(`${admin}/cache/purge`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(what),
      });
      expect([statusCode, await body.json()]).toEqual([200, { purged: what, stores: 1, shared: true }]);
    },
    async ask(path = '/x') {
      const { statusCode, headers, body } = await request(`${url}${path}`, { headers: HOST });
      const status = String(headers['cache-status']);
      return {
        status: statusCode,
        body: await body.text(),
        hit: /; hit/.test(status),
        told: status,
        headers,
      };
    },
    async [Symbol.asyncDispose]() {
      await cli[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}

it('a proxy keeps responses in its memory', async () => {
  using origin = await countingOrigin();
  await using proxy = await cachingProxy(origin.address, 'edge', '{ store: memory }');
  expect(await proxy.ask()).toMatchObject({ body: '1', told: 'edge; fwd=uri-miss; fwd-status=200; stored' });
  const second = await proxy.ask();
  expect(second).toMatchObject({ body: '1', told: expect.stringMatching(/^edge; hit; ttl=\d+$/) });
  expect(second.headers.age).toMatch(/^[0-9]$/);
  expect([(await proxy.ask('/own')).body, (await proxy.ask('/own')).body]).toEqual(['2', '3']);
});

describe.skipIf(redis.skipped)(`two proxies with ${redis.title}`, () => {
  it('share what one has fetched, and hear of each other’s purges', async () => {
    await using server = await startService('redis');
    using origin = await countingOrigin();
    const prefix = `proxy-${process.pid}`;
    const cache = `{ store: { redis: { url: "redis://${server.address}" } }, prefix: ${prefix}, timeoutMs: 2000 }`;
    await using one = await cachingProxy(origin.address, 'one', cache);
    await using other = await cachingProxy(origin.address, 'other', cache);
    expect(await one.ask()).toMatchObject({ body: '1', hit: false });
    await vi.waitUntil(async () => (await other.ask()).hit, { timeout: 5_000, interval: 5 });
    expect(await other.ask()).toMatchObject({ body: '1', told: expect.stringMatching(/^other; hit/) });
    expect(origin.count).toBe(1);

    // Any process with the same store may purge.
    const driver = redisCacheDriver({ url: `redis://${server.address}` });
    await using store = createCacheStore({ driver, prefix, timeoutMs: 2_000 });
    const lateness: number[] = [];
    for (const purge of [
      async () => expect(await store.purgeAll()).toEqual({ shared: true }),
      () => one.purge({ url: 'http://api/x' }),
      () => one.purge({ prefix: 'http://api/' }),
      () => other.purge({ tag: 'all' }),
      () => one.purge({ all: true }),
    ]) {
      expect(await Promise.all([one.ask(), other.ask()])).toMatchObject([{ hit: true }, { hit: true }]);
      const before = origin.count;
      await purge();
      const purgedAt = performance.now();
      // Sooner than the 5 s after which generations are asked for without a message.
      const isNew = async (proxy: typeof one) => (await proxy.ask()).body === `${before + 1}`;
      await vi.waitUntil(() => isNew(other), { timeout: 2_000, interval: 1 });
      lateness.push(performance.now() - purgedAt);
      await vi.waitUntil(() => isNew(one), { timeout: 2_000, interval: 1 });
      await vi.waitUntil(async () => (await one.ask()).hit, { timeout: 5_000, interval: 5 });
      expect(origin.count).toBe(before + 1);
    }
    // The middle one of five: the machine may be busy with something else for a moment.
    expect(lateness.toSorted((a, b) => a - b)[2]).toBeLessThan(100);
  });
});

describe.skipIf(memcached.skipped)(`two proxies with ${memcached.title}`, () => {
  it('share what one has fetched, and see a purge', async () => {
    await using server = await startService('memcached');
    using origin = await countingOrigin();
    const prefix = `proxy-${process.pid}`;
    const cache = `{ store: "memcached://${server.address}", prefix: ${prefix}, timeoutMs: 2000 }`;
    await using one = await cachingProxy(origin.address, 'one', cache);
    await using other = await cachingProxy(origin.address, 'other', cache);
    expect(await one.ask()).toMatchObject({ body: '1', hit: false });
    await vi.waitUntil(async () => (await other.ask()).hit, { timeout: 5_000, interval: 5 });
    expect(origin.count).toBe(1);
    const driver = memcachedCacheDriver({ servers: [server.address] });
    await using store = createCacheStore({ driver, prefix, timeoutMs: 2_000 });
    await store.purgeUrl('http://api/x');
    await vi.waitUntil(async () => (await other.ask()).body === '2', { timeout: 5_000, interval: 5 });
    await vi.waitUntil(async () => (await one.ask()).body === '2', { timeout: 5_000, interval: 5 });
    expect(origin.count).toBe(2);
  });
});

describe.skipIf(control.skipped)(`a proxy whose ${control.title} is killed`, () => {
  it('answers without it, says so, and uses it again', async () => {
    await using server = await startService('redis');
    using origin = await countingOrigin();
    const cache = `{ store: "redis://${server.address}", probeMs: 50 }`;
    await using proxy = await cachingProxy(origin.address, 'edge', cache);
    await proxy.ask();
    await vi.waitUntil(async () => (await proxy.ask()).hit, { timeout: 5_000, interval: 5 });
    await server.kill();
    const down = (): boolean =>
      proxy.cli.stderr.includes('cache in redis: left alone until it answers again (');
    await vi.waitUntil(async () => (await proxy.ask()).status === 200 && down(), {
      timeout: 10_000,
      interval: 5,
    });
    // Its memory goes on meanwhile.
    for (const path of ['/a', '/b']) {
      expect(await proxy.ask(path)).toMatchObject({ status: 200, hit: false });
      expect(await proxy.ask(path)).toMatchObject({ status: 200, hit: true });
    }
    await server.restart({ keepData: false });
    const back = (): boolean => /cache in redis: in use again after \d+ ms/.test(proxy.cli.stderr);
    await vi.waitUntil(back, { timeout: 10_000, interval: 20 });
    await vi.waitUntil(async () => (await proxy.ask()).hit, { timeout: 10_000, interval: 20 });
    proxy.cli.child.kill('SIGTERM');
    expect(await proxy.cli.exited).toBe(0);
  });
});
