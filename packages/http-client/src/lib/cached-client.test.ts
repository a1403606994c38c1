import { cache, createCacheStore, memoryKeyValueStore } from '@evenkeel/cache';
import { Agent, type Dispatcher, fetch, interceptors } from 'undici';
import { describe, expect, test } from 'vitest';
import { createHttpClient } from './http-client.ts';
import type { HttpClientOptions } from './http-client-options.ts';
import { balancedController } from './request-observer.ts';
import { fakeCluster } from './testing/fake-cluster.ts';
import { readyClient } from './testing/ready-client.ts';
import { answering, httpServer } from './testing/servers.ts';
import { until } from './testing/until.ts';

const get = { origin: 'http://orders', path: '/', method: 'GET' } as const;
const shared = { 'cache-control': 'max-age=60' };

/** Where the answer came from, and the answer. */
async function ask(client: Dispatcher, path = '/') {
  const { headers, body } = await client.request({ ...get, path });
  return `${await body.text()} ${/\bhit\b/.test(`${headers['cache-status']}`) ? 'hit' : 'miss'}`;
}

describe('a client with a cache', () => {
  test('asks one endpoint once, and has one entry for the cluster', async () => {
    await using a = await answering(200, 'a', shared);
    await using b = await answering(200, 'b', shared);
    await using store = createCacheStore();
    const orders = fakeCluster([a.address, b.address]);
    await using client = await readyClient({ clusters: { orders }, cache: cache({ store }) });
    expect(await ask(client)).toBe('a miss');
    expect(await ask(client)).toBe('a hit');
    const response = await client.fetch('http://orders/');
    expect([await response.text(), response.headers.get('cache-status')]).toEqual([
      'a',
      expect.stringMatching(/^evenkeel; hit; ttl=(60|59)$/),
    ]);
    expect([a.count, b.count]).toEqual([1, 0]);
    expect(orders.kinds()).toEqual(['success']);
  });

  test('purges by the name of the cluster', async () => {
    await using server = await answering(200, 'x', { ...shared, 'cache-tag': 'all' });
    await using store = createCacheStore();
    await using client = await readyClient({
      clusters: { orders: fakeCluster([server.address]) },
      cache: cache({ store }),
    });
    await ask(client, '/p/1');
    await store.purgeUrl('http://orders/p/1');
    expect(await ask(client, '/p/1')).toBe('x miss');
    await store.purgePrefix('http://orders/p/');
    expect(await ask(client, '/p/1')).toBe('x miss');
    await store.purgeTags(['all']);
    expect(await ask(client, '/p/1')).toBe('x miss');
    expect(await ask(client, '/p/1')).toBe('x hit');
    expect(server.count).toBe(4);
  });

  test('shares a store with another client: what one fetched is a hit at the other', async () => {
    await using server = await answering(200, 'x', shared);
    await using store = createCacheStore();
    const options = { clusters: { orders: fakeCluster([server.address]) }, cache: cache({ store }) };
    await using one = await readyClient(options);
    await using other = await readyClient(options);
    expect(await ask(one)).toBe('x miss');
    expect(await ask(other)).toBe('x hit');
  });

  test('takes the interceptor of undici, and retries below it', async () => {
    await using bad = await answering(503);
    await using good = await answering(200, 'x', shared);
    const orders = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders }, cache: interceptors.cache() });
    for (let i = 0; i < 3; i++) expect(await (await client.request(get)).body.text()).toBe('x');
    expect([bad.count, good.count]).toEqual([1, 1]);
  });

  test('answers the fetch that is built into Node', async () => {
    await using server = await answering(200, 'x', shared);
    await using store = createCacheStore();
    await using client = await readyClient({
      clusters: { orders: fakeCluster([server.address]) },
      cache: cache({ store }),
    });
    const builtIn = { dispatcher: client } as unknown as RequestInit;
    for (let i = 0; i < 2; i++) {
      expect(await (await fetch('http://orders/', { dispatcher: client })).text()).toBe('x');
      expect(await (await globalThis.fetch('http://orders/', builtIn)).text()).toBe('x');
    }
    expect(server.count).toBe(1);
  });

  test('sends the settings of one request on to its cluster', async () => {
    await using server = await httpServer(() => {});
    await using store = createCacheStore();
    await using client = await readyClient({
      clusters: { orders: fakeCluster([server.address]) },
      cache: cache({ store }),
    });
    const asked = client.request({ ...get, evenkeel: { overallTimeoutMs: 20 } });
    await expect(asked).rejects.toMatchObject({ code: 'ERR_EVENKEEL_TIMEOUT' });
  });

  test('tells handlers which endpoint answered, and that none did for a hit', async () => {
    await using server = await answering(200, 'x', shared);
    await using store = createCacheStore();
    await using client = await readyClient({
      clusters: { orders: fakeCluster([server.address]) },
      cache: cache({ store }),
    });
    const seen = () =>
      new Promise<unknown>((resolve, reject) => {
        client.dispatch(get, {
          onResponseEnd: (controller) => {
            const known = balancedController(controller);
            resolve(known && [known.cluster, known.endpoint?.id, known.attempts]);
          },
          onResponseError: (_, error) => reject(error),
        });
      });
    expect(await seen()).toEqual([expect.any(String), server.address, 1]);
    expect(await seen()).toBeUndefined();
  });
});

/** A cache whose shared store, from `hold` on, answers reads and claims when told to. */
function slowCache() {
  const memory = memoryKeyValueStore();
  let answer = (): void => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let asked = 0;
  let holding = false;
  const wait = async (): Promise<void> => {
    if (!holding) return;
    asked += 1;
    await held;
  };
  const driver: typeof memory = {
    ...memory,
    name: 'slow',
    getMany: async (keys, options) => {
      await wait();
      return memory.getMany(keys, options);
    },
    add: async (key, value, options) => {
      await wait();
      return memory.add(key, value, options);
    },
  };
  const store = createCacheStore({ driver, timeoutMs: 60_000 });
  const hold = (): void => {
    holding = true;
  };
  return { store, hold, answer, asked: () => asked };
}

describe('a client with a cache that is closed', () => {
  test('lets a request end that waits for the store', async () => {
    await using server = await answering(200, 'x', shared);
    const { store, hold, answer, asked } = slowCache();
    const client = await readyClient({
      clusters: { orders: fakeCluster([server.address]) },
      cache: cache({ store }),
    });
    hold();
    const waiting = ask(client);
    await until(() => asked() > 0);
    const closed = client.close();
    answer();
    expect(await waiting).toBe('x miss');
    await closed;
    await store.close();
    await expect(client.request(get)).rejects.toMatchObject({ code: 'ERR_EVENKEEL_CLOSED' });
  });

  test('fails such a request at once when it is destroyed, and sends nothing later', async () => {
    await using server = await answering(200, 'x', shared);
    const { store, hold, answer, asked } = slowCache();
    const orders = fakeCluster([server.address]);
    const client = await readyClient({ clusters: { orders }, cache: cache({ store }) });
    hold();
    const waiting = client.request(get);
    const refused = expect(waiting).rejects.toMatchObject({ code: 'ERR_EVENKEEL_CLOSED' });
    await until(() => asked() > 0);
    const closed = client.close();
    await client.destroy();
    await refused;
    await closed;
    answer();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    await store.close();
    expect([orders.kinds(), server.count]).toEqual([[], 0]);
  });

  test('asks no endpoint for what the cache would renew once the client is destroyed', async () => {
    await using server = await answering(200, 'x', {
      'cache-control': 'max-age=1, stale-while-revalidate=60',
    });
    const { store, hold, answer, asked } = slowCache();
    const orders = fakeCluster([server.address]);
    let now = Date.now();
    const client = await readyClient({ clusters: { orders }, cache: cache({ store, now: () => now }) });
    await ask(client);
    await store.settled();
    now += 5_000;
    hold();
    expect(await ask(client)).toBe('x hit');
    await until(() => asked() > 0);
    await client.destroy();
    answer();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    await store.close();
    expect([orders.kinds(), server.count]).toEqual([['success'], 1]);
  });
});

test.each<[string, unknown]>([
  ['a store', createCacheStore()],
  ['a dispatcher', new Agent()],
  ['a function that makes no dispatch', () => undefined],
])('refuses %s as its cache', (_, value) => {
  const options = { clusters: {}, cache: value } as unknown as HttpClientOptions;
  expect(() => createHttpClient(options)).toThrow(
    /^cache: .*expected an interceptor, such as cache\(\{ store \}\)/,
  );
});
