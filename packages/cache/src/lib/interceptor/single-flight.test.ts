import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { createCacheStore } from '../store/create-cache-store.ts';
import { memoryKeyValueStore } from '../store/memory-key-value-store.ts';
import { fakeDriver } from '../testing/fake-driver.ts';
import { client, openOrigin, text } from '../testing/origin.ts';
import { cache } from './cache.ts';

const FRESH = { 'cache-control': 'max-age=60' };

it('leaves no lock behind, whether the response was stored or not', async () => {
  await using origin = await openOrigin((request, response) => {
    response.writeHead(200, request.url === '/kept' ? { ...FRESH, vary: 'x-a' } : {}).end('x');
  });
  const driver = fakeDriver();
  const added: string[] = [];
  const deleted: string[] = [];
  await using store = createCacheStore({
    driver: {
      ...driver,
      add: (key, value, options) => {
        if (key.includes('}l')) added.push(key);
        return driver.add(key, value, options);
      },
      delete: (key, options) => {
        deleted.push(key);
        return driver.delete(key, options);
      },
    },
  });
  await using dispatcher = client(new Agent(), cache({ store }));
  await text(dispatcher, `${origin.url}/kept`);
  await text(dispatcher, `${origin.url}/passed`);
  await store.settled();
  expect(added).toHaveLength(2);
  await expect.poll(() => deleted.toSorted()).toEqual(added.toSorted());
});

describe('concurrent misses of one URL', () => {
  it('reach the origin once, from two instances that share a store', async () => {
    await using origin = await openOrigin((_request, response, count) => {
      setTimeout(() => response.writeHead(200, FRESH).end(`answer ${count}`), 50);
    });
    const driver = memoryKeyValueStore();
    await using one = client(new Agent(), cache({ store: createCacheStore({ driver }) }));
    await using other = client(new Agent(), cache({ store: createCacheStore({ driver }) }));
    const asked = Array.from({ length: 1_000 }, (_, index) =>
      text(index % 2 ? one : other, `${origin.url}/hot`),
    );
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['answer 1']));
    expect(origin.count).toBe(1);
  });

  it('each go to the origin when the response is for one client', async () => {
    await using origin = await openOrigin((_request, response, count) => {
      response.writeHead(200, { 'cache-control': 'private' }).end(`answer ${count}`);
    });
    await using dispatcher = client(new Agent(), cache({ store: createCacheStore() }));
    const answers = await Promise.all(Array.from({ length: 20 }, () => text(dispatcher, origin.url)));
    expect(new Set(answers).size).toBe(20);
  });

  it('each go to the origin when the one that fetches fails', async () => {
    await using origin = await openOrigin((_request, response, count) => {
      if (count === 1) setTimeout(() => response.destroy(), 20);
      else response.writeHead(200, FRESH).end('good');
    });
    await using dispatcher = client(new Agent(), cache({ store: createCacheStore() }));
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => text(dispatcher, origin.url)));
    expect(asked.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });

  it('are taken over by another one when the client of the first goes away', async () => {
    const arrived = Promise.withResolvers<void>();
    await using origin = await openOrigin((_request, response, count) => {
      arrived.resolve();
      if (count > 1) response.writeHead(200, FRESH).end('good');
    });
    await using dispatcher = client(new Agent(), cache({ store: createCacheStore() }));
    const leaving = new AbortController();
    const options = { origin: origin.url, path: '/', method: 'GET' as const };
    const first = dispatcher.request({ ...options, signal: leaving.signal });
    await arrived.promise;
    const others = Array.from({ length: 20 }, () => text(dispatcher, origin.url));
    leaving.abort();
    await expect(first).rejects.toThrow();
    expect(new Set(await Promise.all(others))).toEqual(new Set(['good']));
    expect(origin.count).toBe(2);
  });

  it('go on alone after collapseMs', async () => {
    await using origin = await openOrigin((_request, response, count) => {
      if (count > 1) response.writeHead(200, FRESH).end('quick');
    });
    await using dispatcher = client(new Agent(), cache({ store: createCacheStore(), collapseMs: 50 }));
    const stuck = text(dispatcher, origin.url).catch(() => 'destroyed');
    expect(await text(dispatcher, origin.url)).toBe('quick');
    await dispatcher.destroy();
    expect(await stuck).toBe('destroyed');
  });

  it('can be given up while they wait', async () => {
    const arrived = Promise.withResolvers<void>();
    await using origin = await openOrigin(() => arrived.resolve());
    await using dispatcher = client(new Agent(), cache({ store: createCacheStore() }));
    const stuck = text(dispatcher, origin.url).catch(() => 'destroyed');
    await arrived.promise;
    const signal = AbortSignal.timeout(50);
    const waiting = dispatcher.request({ origin: origin.url, path: '/', method: 'GET', signal });
    await expect(waiting).rejects.toThrow(/aborted|timeout/i);
    await dispatcher.destroy();
    expect(await stuck).toBe('destroyed');
  });

  it('wait for a variant of their own only', async () => {
    await using origin = await openOrigin((request, response) => {
      response.writeHead(200, { ...FRESH, vary: 'x-a' }).end(`for ${request.headers['x-a']}`);
    });
    await using dispatcher = client(new Agent(), cache({ store: createCacheStore() }));
    const ask = (a: string): Promise<string> => text(dispatcher, origin.url, { 'x-a': a });
    expect(await Promise.all([ask('1'), ask('2'), ask('1'), ask('2')])).toEqual([
      'for 1',
      'for 2',
      'for 1',
      'for 2',
    ]);
  });

  it('reach the origin once while the shared store is down', async () => {
    await using origin = await openOrigin((_request, response, count) => {
      setTimeout(() => response.writeHead(200, FRESH).end(`answer ${count}`), 50);
    });
    const driver = fakeDriver();
    driver.mood = 'rejects';
    await using dispatcher = client(
      new Agent(),
      cache({ store: createCacheStore({ driver, failureThreshold: 1 }) }),
    );
    await text(dispatcher, `${origin.url}/other`);
    const answers = await Promise.all(Array.from({ length: 20 }, () => text(dispatcher, origin.url)));
    expect(new Set(answers).size).toBe(1);
    expect(origin.count).toBe(2);
  });
});

it('renews a stale response once, however many ask for it meanwhile', async () => {
  let now = Date.now();
  await using origin = await openOrigin((_request, response, count) => {
    const headers = { 'cache-control': 'max-age=60, stale-while-revalidate=600' };
    setTimeout(() => response.writeHead(200, headers).end(`answer ${count}`), 20);
  });
  const clock = (): number => now;
  await using dispatcher = client(
    new Agent(),
    cache({ store: createCacheStore({ now: clock }), now: clock }),
  );
  await text(dispatcher, origin.url);
  now += 100_000;
  const stale = await Promise.all(Array.from({ length: 50 }, () => text(dispatcher, origin.url)));
  expect(new Set(stale)).toEqual(new Set(['answer 1']));
  while ((await text(dispatcher, origin.url)) === 'answer 1') await delay(5);
  expect(origin.count).toBe(2);
});
