import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CacheStore, cache, createCacheStore } from '@evenkeel/cache';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memcachedCacheDriver } from './driver.ts';

const gate = await serviceGate('memcached', { control: true });
const PATHS = Array.from({ length: 60 }, (_, index) => `/${index}`);
let prefixes = 0;

describe.skipIf(gate.skipped)(`three servers, ${gate.title}`, () => {
  let servers: Service[] = [];
  beforeEach(async () => {
    servers = await Promise.all([1, 2, 3].map(() => startService('memcached')));
  });
  afterEach(async () => {
    for (const server of servers) {
      server.resume();
      await server.stop();
    }
  });

  /** A client and an origin that tells the number of the request. */
  async function bench(prefix = `several${process.pid}.${prefixes++}`) {
    let asked = 0;
    const origin = createServer((_request, response) => {
      asked += 1;
      response.writeHead(200, { 'cache-control': 'max-age=60' }).end(`${asked}`);
    });
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
    const driver = memcachedCacheDriver({ servers: servers.map(({ address }) => address), answerMs: 60 });
    // Without memory every hit is one of the servers.
    const store = createCacheStore({ driver, prefix, timeoutMs: 250, memoryBytes: 0 });
    const dispatcher = new Agent().compose(cache({ store }));
    const ask = async (path: string) => {
      const { body, headers } = await dispatcher.request({ origin: url, path, method: 'GET' });
      return { text: await body.text(), hit: String(headers['cache-status']).includes('; hit') };
    };
    /** How many of the paths are hits now. */
    const hits = async () => {
      const answers = await Promise.all(PATHS.map(ask));
      await store.settled();
      return answers.filter(({ hit }) => hit).length;
    };
    return {
      store,
      url,
      prefix,
      ask,
      hits,
      /** Resolves when every path is a hit. */
      warm: () => expect.poll(hits, { timeout: 10_000 }).toBe(PATHS.length),
      async [Symbol.asyncDispose]() {
        await dispatcher.destroy();
        await store.close();
        origin.closeAllConnections();
        await new Promise((resolve) => origin.close(resolve));
      },
    };
  }

  for (const [how, breakIt, mendIt] of [
    ['killed', (server: Service) => server.kill(), (server: Service) => server.restart({ keepData: false })],
    ['frozen', (server: Service) => server.pause(), (server: Service) => server.resume()],
  ] as const) {
    for (const index of [0, 1, 2]) {
      it(`go on when number ${index + 1} is ${how}: the others keep their share, and take its`, async () => {
        await using it = await bench();
        await it.warm();
        const server = servers[index] as Service;
        await breakIt(server);
        // What lay on it is fetched once, and stored at the next one.
        await it.warm();
        expect(it.store.down).toBe(false);
        await mendIt(server);
        await it.warm();
        expect(it.store.down).toBe(false);
      });
    }
  }

  it('do not serve again what was purged while the one that had it was frozen', async () => {
    await using it = await bench();
    const other = memcachedCacheDriver({ servers: servers.map(({ address }) => address) });
    await using observer = createCacheStore({
      driver: other,
      prefix: it.prefix,
      timeoutMs: 2_000,
      memoryBytes: 0,
    });
    await it.warm();
    const found = async (store: CacheStore) => {
      const key = (path: string) => ({ origin: it.url, path, method: 'GET', headers: {} });
      const lookups = await Promise.all(PATHS.map(async (path) => store.lookup(key(path))));
      return lookups.filter(({ response }) => response !== undefined).length;
    };
    await expect.poll(() => found(observer)).toBe(PATHS.length);
    for (const frozen of servers) {
      frozen.pause();
      // The frozen one is found out, and its keys move.
      await it.warm();
      expect(await it.store.purgeAll()).toEqual({ shared: true });
      expect(await found(it.store)).toBe(0);
      frozen.resume();
      await expect.poll(() => found(observer), { timeout: 10_000 }).toBe(0);
      await it.hits();
      await it.warm();
    }
  });

  it('fail no request when all are killed, and are used again', async () => {
    await using it = await bench();
    await it.hits();
    for (const server of servers) await server.kill();
    await expect.poll(async () => (await it.hits()) === 0 && it.store.down, { timeout: 10_000 }).toBe(true);
    for (const server of servers) await server.restart({ keepData: false });
    await it.warm();
  });
});
