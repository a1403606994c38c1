import { Agent, interceptors } from 'undici';
import { describe, expect, it } from 'vitest';
import { fakeDriver } from '../testing/fake-driver.ts';
import { client, openOrigin, text } from '../testing/origin.ts';
import { createCacheStore } from './create-cache-store.ts';
import { memoryKeyValueStore } from './memory-key-value-store.ts';

const FRESH = { 'cache-control': 'max-age=60' };

describe('under the cache interceptor of undici', () => {
  for (const [name, driver] of [
    ['in memory', undefined],
    ['with a driver', memoryKeyValueStore()],
  ] as const) {
    it(`stores, finds and drops responses ${name}`, async () => {
      await using origin = await openOrigin((request, response, count) => {
        response
          .writeHead(200, { ...FRESH, vary: 'x-a', etag: '"v1"' })
          .end(`${request.headers['x-a']} ${count}`);
      });
      await using store = createCacheStore({ ...(driver && { driver }) });
      await using dispatcher = client(new Agent(), interceptors.cache({ store }));
      const ask = async (a: string): Promise<string> => {
        const answer = await text(dispatcher, origin.url, { 'x-a': a });
        await store.settled();
        return answer;
      };
      expect([await ask('1'), await ask('1'), await ask('2'), await ask('1')]).toEqual([
        '1 1',
        '1 1',
        '2 2',
        '1 1',
      ]);
      const { body } = await dispatcher.request({ origin: origin.url, path: '/', method: 'POST', body: 'x' });
      await body.dump();
      await store.settled();
      expect([await ask('1'), await ask('2')]).toEqual(['1 4', '2 5']);
    });
  }

  it('fails no request when the driver fails', async () => {
    await using origin = await openOrigin((_request, response) => response.writeHead(200, FRESH).end('good'));
    const driver = fakeDriver();
    await using store = createCacheStore({ driver, timeoutMs: 20 });
    await using dispatcher = client(new Agent(), interceptors.cache({ store }));
    for (const mood of ['rejects', 'throws', 'hangs'] as const) {
      driver.mood = mood;
      for (let turn = 0; turn < 3; turn++)
        expect(await text(dispatcher, `${origin.url}/${mood}`)).toBe('good');
    }
  });

  it('takes every chunk at once, whatever the store does', async () => {
    const driver = fakeDriver();
    driver.mood = 'ignoresAborts';
    await using store = createCacheStore({ driver, timeoutMs: 20, maxEntryBytes: 1_000_000 });
    const key = { origin: 'http://a', path: '/', method: 'GET', headers: {} };
    const now = Date.now();
    const value = {
      statusCode: 200,
      statusMessage: '',
      headers: {},
      cachedAt: now,
      staleAt: now,
      deleteAt: now + 1_000,
    };
    const stream = store.createWriteStream(key, value);
    for (let index = 0; index < 50; index++) expect(stream?.write(Buffer.alloc(100_000))).toBe(true);
    await new Promise<void>((resolve) => stream?.end(resolve));
  });
});
