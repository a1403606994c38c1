import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Agent, type Dispatcher, fetch, interceptors, request } from 'undici';
import { describe, expect, it } from 'vitest';
import { createCacheStore } from '../store/create-cache-store.ts';
import { memoryKeyValueStore } from '../store/memory-key-value-store.ts';
import { client, openOrigin, text } from '../testing/origin.ts';
import { cache } from './cache.ts';
import { cacheStatusOf } from './relay-controller.ts';

const FRESH = { 'cache-control': 'max-age=60' };

describe('a stored response', () => {
  for (const [name, driver] of [
    ['memory', undefined],
    ['a driver', memoryKeyValueStore()],
  ] as const) {
    it(`from ${name} is what fetch, stream and request expect of a response`, async () => {
      const body = 'x'.repeat(300_000);
      await using origin = await openOrigin((_request, response) => response.writeHead(200, FRESH).end(body));
      await using store = createCacheStore({
        memoryBytes: driver ? 0 : 1_000_000,
        ...(driver && { driver }),
      });
      await using dispatcher = client(new Agent(), cache({ store }));
      expect(await text(dispatcher, origin.url)).toBe(body);
      await store.settled();

      const fetched = await fetch(origin.url, { dispatcher });
      expect(fetched.headers.get('cache-status')).toMatch(/hit/);
      expect(await fetched.text()).toBe(body);

      const slow: number[] = [];
      const sink = new Writable({
        highWaterMark: 1_000,
        write: (chunk: Buffer, _encoding, next) => {
          slow.push(chunk.length);
          setImmediate(next);
        },
      });
      await dispatcher.stream({ origin: origin.url, path: '/', method: 'GET' }, () => sink);
      expect(slow.reduce((sum, bytes) => sum + bytes, 0)).toBe(body.length);

      const { body: stream } = await request(origin.url, { dispatcher });
      let bytes = 0;
      await pipeline(stream, async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) bytes += chunk.length;
        yield '';
      });
      expect(bytes).toBe(body.length);
      expect(origin.count).toBe(1);
    });
  }

  it('stops while its reader pauses, and ends when it is aborted', async () => {
    await using origin = await openOrigin((_request, response) =>
      response.writeHead(200, FRESH).end('x'.repeat(300_000)),
    );
    await using dispatcher = client(new Agent(), cache({ store: createCacheStore() }));
    await text(dispatcher, origin.url);
    let chunks = 0;
    let controller: Dispatcher.DispatchController | undefined;
    const errors: Error[] = [];
    const ends: string[] = [];
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (given) => {
        controller = given;
      },
      onResponseData: (given) => {
        chunks += 1;
        given.pause();
      },
      onResponseEnd: () => ends.push('end'),
      onResponseError: (_given, error) => errors.push(error),
    };
    dispatcher.dispatch({ origin: origin.url, path: '/', method: 'GET' }, handler);
    expect(chunks).toBe(1);
    controller?.resume();
    expect(chunks).toBe(2);
    controller?.abort(new Error('enough'));
    controller?.abort(new Error('twice'));
    controller?.resume();
    expect(errors.map(({ message }) => message)).toEqual(['enough']);
    expect(chunks).toBe(2);
    expect(ends).toEqual([]);
  });

  it('turns what a handler throws into its error, and into no other', async () => {
    await using origin = await openOrigin((_request, response) => response.writeHead(200, FRESH).end('x'));
    await using dispatcher = client(new Agent(), cache({ store: createCacheStore() }));
    await text(dispatcher, origin.url);
    for (const method of ['onRequestStart', 'onResponseStart', 'onResponseData', 'onResponseEnd'] as const) {
      const errors: Error[] = [];
      const handler: Dispatcher.DispatchHandler = {
        [method]: () => {
          throw new Error(method);
        },
        onResponseError: (_controller, error) => errors.push(error),
      };
      dispatcher.dispatch({ origin: origin.url, path: '/', method: 'GET' }, handler);
      // A handler that has heard of the end hears of nothing after it.
      expect(errors.map(({ message }) => message)).toEqual(method === 'onResponseEnd' ? [] : [method]);
    }
  });
});

it('tells through the controller what it did, whether or not the field is sent', async () => {
  await using origin = await openOrigin((_request, response) => {
    response.writeHead(200, { 'cache-control': 'max-age=60' }).end('x');
  });
  await using store = createCacheStore();
  await using dispatcher = client(new Agent(), cache({ store, cacheStatus: false }));
  const seen: unknown[] = [];
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const onResponseStart = (controller: unknown): void => void seen.push(cacheStatusOf(controller));
      const handler = {
        onResponseStart,
        onResponseEnd: () => resolve(),
        onResponseError: (_: unknown, error: Error) => reject(error),
      };
      dispatcher.dispatch({ origin: origin.url, path: '/', method: 'GET' }, handler);
    });
  await ask();
  await ask();
  expect(seen).toEqual([
    { fwd: 'uri-miss', fwdStatus: 200, stored: true },
    { hit: true, ttl: expect.any(Number) },
  ]);
  expect(cacheStatusOf({})).toBe(undefined);
});

it('takes the headers of a request in every form, and the query in both', async () => {
  await using origin = await openOrigin((_request, response) =>
    response.writeHead(200, { ...FRESH, vary: 'x-a' }).end('x'),
  );
  await using dispatcher = client(new Agent(), cache({ store: createCacheStore() }));
  const base = { origin: origin.url, path: '/?q=1', method: 'GET' } as const;
  const forms = [{ 'X-A': '1' }, ['x-a', '1'], [['x-a', '1']].values(), new Map([['X-a', '1']])] as const;
  for (const headers of forms)
    await (await dispatcher.request({ ...base, headers: headers as never })).body.dump();
  await (
    await dispatcher.request({ ...base, path: '/', query: { q: 1 }, headers: { 'x-a': '1' } })
  ).body.dump();
  expect(origin.count).toBe(1);
});

it('stores nothing that came over a redirect', async () => {
  await using origin = await openOrigin((message, response) => {
    if (message.url === '/from') response.writeHead(302, { location: '/to' }).end();
    else response.writeHead(200, FRESH).end('target');
  });
  const agent = new Agent().compose(interceptors.redirect({ maxRedirections: 2 }));
  await using dispatcher = client(agent, cache({ store: createCacheStore() }));
  for (let turn = 0; turn < 2; turn++) expect(await text(dispatcher, `${origin.url}/from`)).toBe('target');
  expect(origin.count).toBe(4);
});

it('hands a refused connection on as an error, and stores nothing of it', async () => {
  let address = '';
  {
    await using origin = await openOrigin(() => {});
    address = origin.url;
  }
  await using dispatcher = client(new Agent(), cache({ store: createCacheStore() }));
  for (let turn = 0; turn < 2; turn++)
    await expect(text(dispatcher, address)).rejects.toThrow(/ECONNREFUSED/);
  await expect(Promise.all([text(dispatcher, address), text(dispatcher, address)])).rejects.toThrow(
    /ECONNREFUSED/,
  );
});

it('names the option that is wrong', async () => {
  await using store = createCacheStore();
  expect(() => cache({} as never)).toThrow(/store/);
  expect(() => cache({ store, collapse: 1 } as never)).toThrow(/collapseMs/);
  expect(() => cache({ store, targetedFields: ['CDN-Cache-Control'] })).toThrow(/targetedFields\[0\]/);
  expect(() => cache({ store, heuristic: { ratio: 2 } })).toThrow(/heuristic.ratio/);
  expect(() => createCacheStore({ prefix: 'a b' })).toThrow(/prefix/);
  expect(() => createCacheStore({ timeout: 5 } as never)).toThrow(/timeoutMs/);
  const { publish: _, ...silent } = memoryKeyValueStore();
  expect(() => createCacheStore({ driver: silent })).toThrow(/both publish and subscribe/);
  await expect(store.purgeUrl('/a')).rejects.toThrow(/absolute URL/);
  await expect(store.purgePrefix('http://a/b')).rejects.toThrow(/ends with/);
  await expect(store.purgePrefix('http://a/1/2/3/4/')).rejects.toThrow(/prefixDepth/);
});
