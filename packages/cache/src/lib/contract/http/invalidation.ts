import assert from 'node:assert/strict';
import type { Bench } from '../bench.ts';
import type { HttpCase } from '../http-case.ts';

const FRESH = { 'cache-control': 'max-age=60' };

async function change(
  bench: Bench,
  status: number,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<void> {
  bench.serve({ status, headers });
  await bench.get('/target', { method, body: method === 'DELETE' ? '' : 'x' });
  bench.serve({ headers: FRESH });
}

/** Whether a stored response of a path outlives what the callback does. */
async function survives(bench: Bench, path: string, act: () => Promise<unknown>): Promise<boolean> {
  bench.serve({ headers: FRESH });
  assert.equal(await bench.isStored(path), true);
  await act();
  const before = bench.seen.length;
  await bench.get(path);
  await bench.get(path);
  return bench.seen.length === before;
}

/** Invalidation and purges: RFC 9111 4.4. */
export const INVALIDATION: readonly HttpCase[] = [
  ...(['POST', 'PUT', 'DELETE', 'PATCH', 'MERGE'] as const).map(
    (method): HttpCase => ({
      name: `RFC 9111 4.4: a successful ${method} drops what is stored of its URL`,
      async run(bench) {
        assert.equal(await survives(bench, '/target', () => change(bench, 200, {}, method)), false);
      },
    }),
  ),
  ...([201, 204, 303] as const).map(
    (status): HttpCase => ({
      name: `RFC 9111 4.4: so does status ${status}`,
      async run(bench) {
        assert.equal(await survives(bench, '/target', () => change(bench, status)), false);
      },
    }),
  ),
  ...([400, 404, 409, 500, 503] as const).map(
    (status): HttpCase => ({
      name: `RFC 9111 4.4: a change that failed with ${status} drops nothing`,
      async run(bench) {
        assert.equal(await survives(bench, '/target', () => change(bench, status)), true);
      },
    }),
  ),
  ...(['OPTIONS', 'TRACE', 'HEAD'] as const).map(
    (method): HttpCase => ({
      name: `RFC 9111 4.4: ${method} changes nothing and drops nothing`,
      async run(bench) {
        assert.equal(await survives(bench, '/target', () => bench.get('/target', { method })), true);
      },
    }),
  ),
  ...(['location', 'content-location'] as const).map(
    (name): HttpCase => ({
      name: `RFC 9111 4.4: ${name} of the same origin is dropped as well, relative or absolute`,
      async run(bench) {
        for (const [path, value] of [
          ['/other?a=b', '/other?a=b'],
          ['/beside', 'beside'],
          ['/absolute', `${bench.origin}/absolute`],
        ] as const) {
          assert.equal(
            await survives(bench, path, () => change(bench, 201, { [name]: value })),
            false,
            value,
          );
        }
      },
    }),
  ),
  {
    name: 'RFC 9111 4.4: a Location of another origin drops nothing there',
    async run(bench) {
      const act = (): Promise<void> => change(bench, 201, { location: 'http://127.0.0.1:1/kept' });
      assert.equal(await survives(bench, '/kept', act), true);
    },
  },
  {
    name: 'drops all variants of a URL, and nothing but that URL',
    async run(bench) {
      bench.serve({ headers: { ...FRESH, vary: 'x-a' } });
      for (const value of ['1', '2']) await bench.get('/target', { headers: { 'x-a': value } });
      await bench.get('/target?x');
      await change(bench, 200);
      bench.serve({ headers: { ...FRESH, vary: 'x-a' } });
      const before = bench.seen.length;
      for (const value of ['1', '2']) await bench.get('/target', { headers: { 'x-a': value } });
      assert.equal(bench.seen.length, before + 2);
      await bench.get('/target?x');
      assert.equal(bench.seen.length, before + 2);
    },
  },
  {
    name: 'a response that was under way when its URL was changed is not stored for later',
    async run(bench) {
      const release = Promise.withResolvers<void>();
      const arrived = Promise.withResolvers<void>();
      bench.serve((_request, response) => {
        arrived.resolve();
        void release.promise.then(() => response.writeHead(200, FRESH).end('old'));
        return undefined;
      });
      const slow = bench.get('/target');
      await arrived.promise;
      await change(bench, 200);
      release.resolve();
      assert.equal((await slow).text, 'old');
      bench.serve({ headers: FRESH, body: 'new' });
      assert.equal((await bench.get('/target')).text, 'new');
      assert.equal((await bench.get('/target')).text, 'new');
    },
  },
  {
    name: 'purges a URL in all instances',
    async run(bench) {
      assert.equal(await survives(bench, '/a?b', () => bench.store.purgeUrl(`${bench.origin}/a?b`)), false);
      assert.equal(await survives(bench, '/a?c', () => bench.store.purgeUrl(`${bench.origin}/a?b`)), true);
    },
  },
  {
    name: 'purges a prefix in all instances',
    async run(bench) {
      const purge = (path: string) => () => bench.store.purgePrefix(`${bench.origin}${path}`);
      assert.equal(await survives(bench, '/shop/a/b1', purge('/shop/')), false);
      assert.equal(await survives(bench, '/shop/a/b2', purge('/shop/a/')), false);
      assert.equal(await survives(bench, '/shop/a/b3', purge('/')), false);
      assert.equal(await survives(bench, '/shop/?q', purge('/shop/')), false);
      assert.equal(await survives(bench, '/shopping', purge('/shop/')), true);
      assert.equal(await survives(bench, '/shop', purge('/shop/')), true);
      assert.equal(await survives(bench, '/x?/shop/', purge('/shop/')), true);
    },
  },
  {
    name: 'purges tags in all instances, and only whole ones',
    async run(bench) {
      const tagged = async (headers: Record<string, string>, tags: readonly string[]): Promise<boolean> => {
        const path = `/tagged${bench.seen.length}`;
        bench.serve({ headers: { ...FRESH, ...headers } });
        await bench.get(path);
        await bench.get(path);
        const before = bench.seen.length;
        await bench.store.purgeTags(tags);
        await bench.get(path);
        return bench.seen.length === before;
      };
      assert.equal(await tagged({ 'cache-tag': 'red, blue' }, ['blue']), false);
      assert.equal(await tagged({ 'surrogate-key': 'apple pear' }, ['pear']), false);
      assert.equal(await tagged({ 'cache-tag': 'a:b*, c' }, ['b*', 'a', 'b', 'a:', 'c*']), true);
    },
  },
  {
    name: 'stores what is fetched after its tag was purged at once, and not what was under way',
    async run(bench) {
      const headers = { ...FRESH, 'cache-tag': 'a' };
      const release = Promise.withResolvers<void>();
      const arrived = Promise.withResolvers<void>();
      bench.serve((_request, response) => {
        arrived.resolve();
        void release.promise.then(() => response.writeHead(200, headers).end('old'));
        return undefined;
      });
      const slow = bench.get('/');
      await arrived.promise;
      await bench.store.purgeTags(['a']);
      release.resolve();
      assert.equal((await slow).text, 'old');
      bench.serve({ headers, body: 'new' });
      assert.equal((await bench.get('/')).text, 'new');
      await bench.get('/');
      assert.equal(bench.seen.length, 2);
    },
  },
  {
    name: 'a response that was under way when its prefix was purged is not stored for later',
    async run(bench) {
      const release = Promise.withResolvers<void>();
      const arrived = Promise.withResolvers<void>();
      bench.serve((_request, response) => {
        arrived.resolve();
        void release.promise.then(() => response.writeHead(200, FRESH).end('old'));
        return undefined;
      });
      const slow = bench.get('/a/b');
      await arrived.promise;
      await bench.store.purgePrefix(`${bench.origin}/a/`);
      release.resolve();
      await slow;
      bench.serve({ headers: FRESH, body: 'new' });
      assert.equal((await bench.get('/a/b')).text, 'new');
    },
  },
  {
    name: 'purges everything',
    async run(bench) {
      assert.equal(await survives(bench, '/a', () => bench.store.purgeAll()), false);
    },
  },
];
