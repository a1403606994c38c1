import { manualClock } from '@evenkeel/core/testing';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { cache } from '../interceptor/cache.ts';
import { fakeDriver, type Mood } from '../testing/fake-driver.ts';
import { client, openOrigin, text } from '../testing/origin.ts';
import { createCacheStore } from './create-cache-store.ts';
import { memoryKeyValueStore } from './memory-key-value-store.ts';
import type { StoreEvent } from './store-event.ts';

const FRESH = { 'cache-control': 'max-age=60' };
const KEY = { origin: 'http://a', path: '/', method: 'GET', headers: {} };

describe('a store that fails', () => {
  for (const mood of [
    'rejects',
    'throws',
    'hangs',
    'ignoresAborts',
    'rubbish',
  ] as const satisfies readonly Mood[]) {
    it(`and ${mood} fails no request, and is used again when it is well`, async () => {
      await using origin = await openOrigin((_request, response, count) =>
        response.writeHead(200, FRESH).end(`${count}`),
      );
      const driver = fakeDriver();
      await using store = createCacheStore({ driver, timeoutMs: 20, probeMs: 20, memoryBytes: 0 });
      await using dispatcher = client(new Agent(), cache({ store }));
      expect(await text(dispatcher, origin.url)).toBe('1');
      await store.settled();
      expect(await text(dispatcher, origin.url)).toBe('1');
      driver.mood = mood;
      for (let turn = 2; turn < 8; turn++)
        expect(await text(dispatcher, `${origin.url}/${turn}`)).toBe(`${turn}`);
      driver.mood = 'well';
      await expect.poll(() => store.down).toBe(false);
      expect(await text(dispatcher, origin.url)).toBe('1');
    });
  }
});

describe('the guard of a store', () => {
  it('asks a store that is down only as often as probeMs says, and tells both turns once', async () => {
    const clock = manualClock();
    const driver = fakeDriver();
    const events: StoreEvent[] = [];
    await using store = createCacheStore({
      driver,
      clock,
      failureThreshold: 2,
      onEvent: (event) => events.push(event),
    });
    driver.mood = 'rejects';
    for (let turn = 0; turn < 10; turn++) await store.lookup(KEY);
    expect(driver.calls).toHaveLength(2);
    expect(store.down).toBe(true);
    await clock.advanceAsync(1_600);
    expect(driver.calls).toHaveLength(5);
    driver.mood = 'well';
    await clock.advanceAsync(500);
    expect(store.down).toBe(false);
    expect(events.map(({ type }) => type)).toEqual([
      'storeFailed',
      'storeFailed',
      'storeDown',
      'storeRecovered',
    ]);
    expect(events.at(-1)).toMatchObject({ store: 'fake', downMs: 2_000 });
  });

  it('counts failures in a row, and forgets them after a success', async () => {
    const driver = fakeDriver();
    await using store = createCacheStore({ driver, failureThreshold: 2 });
    for (const mood of ['rejects', 'well', 'rejects', 'well'] as const) {
      driver.mood = mood;
      await store.lookup(KEY);
    }
    expect(store.down).toBe(false);
  });

  it('leaves no timer behind', async () => {
    const clock = manualClock();
    const driver = fakeDriver();
    const store = createCacheStore({ driver, clock, failureThreshold: 1 });
    await store.lookup(KEY);
    driver.mood = 'rejects';
    await store.lookup(KEY);
    expect(clock.pendingTimers).toBe(1);
    await store.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('writing behind the response', () => {
  it('keeps no client waiting for a store that is slow to write', async () => {
    await using origin = await openOrigin((_request, response) =>
      response.writeHead(200, FRESH).end('x'.repeat(500_000)),
    );
    const inner = memoryKeyValueStore();
    const release = Promise.withResolvers<void>();
    const driver = {
      ...inner,
      set: (...args: Parameters<typeof inner.set>) => release.promise.then(() => inner.set(...args)),
    };
    const store = createCacheStore({ driver, timeoutMs: 60_000 });
    await using dispatcher = client(new Agent(), cache({ store }));
    expect(await text(dispatcher, origin.url)).toHaveLength(500_000);
    // What is being written is known here already.
    expect(await text(dispatcher, origin.url)).toHaveLength(500_000);
    expect(origin.count).toBe(1);
    release.resolve();
    await store.close();
  });

  it('drops what is more than maxPendingBytes, and says so', async () => {
    await using origin = await openOrigin((_request, response) =>
      response.writeHead(200, FRESH).end('x'.repeat(40_000)),
    );
    const inner = memoryKeyValueStore();
    const release = Promise.withResolvers<void>();
    const driver = {
      ...inner,
      set: (...args: Parameters<typeof inner.set>) => release.promise.then(() => inner.set(...args)),
    };
    const events: StoreEvent[] = [];
    const limits = { maxPendingBytes: 100_000, timeoutMs: 60_000 };
    const store = createCacheStore({ driver, ...limits, onEvent: (event) => events.push(event) });
    await using dispatcher = client(new Agent(), cache({ store }));
    for (let index = 0; index < 5; index++) await text(dispatcher, `${origin.url}/${index}`);
    expect(events.map(({ type }) => type)).toEqual(['writeDropped', 'writeDropped', 'writeDropped']);
    release.resolve();
    await store.close();
  });
});

it('takes an entry that is damaged for a miss, and says so', async () => {
  await using origin = await openOrigin((_request, response, count) =>
    response.writeHead(200, FRESH).end(`${count}`),
  );
  const inner = memoryKeyValueStore();
  let damage: (value: Buffer) => Buffer = (value) => value;
  const driver = {
    ...inner,
    getMany: async (...args: Parameters<typeof inner.getMany>) =>
      (await inner.getMany(...args)).map(
        (value) => value && (value.length > 100 ? damage(Buffer.from(value)) : value),
      ),
  };
  const events: StoreEvent[] = [];
  await using store = createCacheStore({ driver, memoryBytes: 0, onEvent: (event) => events.push(event) });
  await using dispatcher = client(new Agent(), cache({ store }));
  await text(dispatcher, origin.url);
  await store.settled();
  for (const change of [
    (value: Buffer) => value.subarray(0, -1),
    (value: Buffer) => value.fill(0, 20, 24),
    (value: Buffer) => Buffer.concat([value, Buffer.from('x')]),
  ]) {
    damage = change;
    events.length = 0;
    const before = origin.count;
    await text(dispatcher, origin.url);
    expect(origin.count).toBe(before + 1);
    expect(events[0]).toMatchObject({ type: 'entryCorrupt' });
    await store.settled();
  }
});
