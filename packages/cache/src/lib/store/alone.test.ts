import { manualClock } from '@evenkeel/core/testing';
import { expect, it } from 'vitest';
import { fakeDriver } from '../testing/fake-driver.ts';
import { createCacheStore } from './create-cache-store.ts';
import { memoryKeyValueStore } from './memory-key-value-store.ts';
import type { CacheStoreOptions } from './store-options.ts';

/** An instance whose shared store is down, with a clock that is moved by hand. */
async function alone(options: CacheStoreOptions = {}) {
  const clock = manualClock();
  const shared = memoryKeyValueStore();
  const driver = fakeDriver(shared);
  const now = (): number => 1_700_000_000_000 + clock.now();
  const store = createCacheStore({ driver, clock, now, failureThreshold: 1, ...options });
  const key = (path: string) => ({ origin: 'http://a', path, method: 'GET', headers: {} });
  const look = async (path: string) => store.lookup(key(path));
  const response = (text: string, headers: Record<string, string> = {}) => ({
    statusCode: 200,
    statusMessage: 'OK',
    headers,
    vary: {},
    cacheControlDirectives: {},
    cachedAt: now(),
    staleAt: now() + 60_000,
    deleteAt: now() + 60_000,
    body: Buffer.from(text),
  });
  driver.mood = 'rejects';
  await look('/first');
  expect(store.down).toBe(true);
  return {
    clock,
    driver,
    shared,
    now,
    store,
    look,
    response,
    body: async (path: string) => (await look(path)).response?.body.toString(),
    async keep(path: string, headers?: Record<string, string>) {
      return store.put((await look(path)).slot, response(path, headers));
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

it('keeps what it fetches for downTtlMs, and asks nobody', async () => {
  await using it = await alone();
  const calls = it.driver.calls.length;
  expect(await it.keep('/a')).toBe(true);
  it.clock.advance(499);
  expect(await it.body('/a')).toBe('/a');
  expect(it.driver.calls).toHaveLength(calls);
  await it.clock.advanceAsync(4_501);
  expect(it.store.down).toBe(true);
  expect(await it.body('/a')).toBe(undefined);
  expect(await it.keep('/a')).toBe(true);
  expect(await it.body('/a')).toBe('/a');
});

it('drops what is purged here', async () => {
  await using it = await alone();
  const purges = {
    '/url': () => it.store.purgeUrl('http://a/url'),
    '/prefix/x': () => it.store.purgePrefix('http://a/prefix/'),
    '/tag': () => it.store.purgeTags(['red']),
    '/all': () => it.store.purgeAll(),
  };
  for (const [path, purge] of Object.entries(purges)) {
    await it.keep(path, { 'cache-tag': 'red' });
    expect(await it.body(path)).toBe(path);
    expect(await purge()).toEqual({ shared: false });
    expect(await it.body(path)).toBe(undefined);
  }
});

it('keeps nothing that was under way when it, or its tag, was purged', async () => {
  await using it = await alone();
  for (const purge of [() => it.store.purgeUrl('http://a/x'), () => it.store.purgeTags(['red'])]) {
    const { slot } = await it.look('/x');
    await purge();
    it.store.put(slot, it.response('old', { 'cache-tag': 'red' }));
    expect(await it.body('/x')).toBe(undefined);
  }
});

it('forgets it all as soon as the store is back', async () => {
  await using it = await alone();
  await it.keep('/a');
  const late = await it.look('/late');
  it.driver.mood = 'well';
  await it.clock.advanceAsync(500);
  expect(it.store.down).toBe(false);
  expect(await it.body('/a')).toBe(undefined);
  expect(it.store.put(late.slot, it.response('late'))).toBe(false);
  expect(await it.keep('/a')).toBe(true);
  await it.store.settled();
  await using other = createCacheStore({ driver: it.shared, now: it.now });
  const found = await other.lookup({ origin: 'http://a', path: '/a', method: 'GET', headers: {} });
  expect(found.response?.body.toString()).toBe('/a');
});

it('keeps nothing with downTtlMs: 0', async () => {
  await using it = await alone({ downTtlMs: 0 });
  expect(it.store.whyNotStored((await it.look('/a')).slot, 1)).toBe('store-down');
  expect(await it.keep('/a')).toBe(false);
  expect(await it.look('/a')).toMatchObject({ miss: 'miss' });
});
