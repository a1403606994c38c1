import assert from 'node:assert/strict';
import type { HttpCase } from '../http-case.ts';

const FRESH = { 'cache-control': 'max-age=60' };

/** Directives of a request, the age at which it is sent, the lifetime, and whether the stored response answers. */
const CASES: readonly (readonly [directive: string, age: number, response: string, hit: boolean])[] = [
  ['max-age=30', 30, 'max-age=60', true],
  ['max-age=30', 31, 'max-age=60', false],
  ['max-age=0', 1, 'max-age=60', false],
  ['min-fresh=20', 40, 'max-age=60', true],
  ['min-fresh=20', 41, 'max-age=60', false],
  ['max-stale=10', 70, 'max-age=60', true],
  ['max-stale=10', 71, 'max-age=60', false],
  ['max-stale', 3_000, 'max-age=60', true],
  ['max-stale', 61, 'max-age=60, must-revalidate', false],
  ['max-stale', 61, 'max-age=60, proxy-revalidate', false],
  ['max-stale', 61, 's-maxage=60', false],
  ['max-stale', 1, 'max-age=60, no-cache', false],
  ['no-cache', 1, 'max-age=60', false],
  ['NO-CACHE', 1, 'max-age=60', false],
  ['no-store', 1, 'max-age=60', false],
  ['only-if-cached', 1, 'max-age=60', true],
];

/** What requests ask of a cache: RFC 9111 5.2.1, 5.4. */
export const REQUESTS: readonly HttpCase[] = [
  ...CASES.map(
    ([directive, age, response, hit]): HttpCase => ({
      name: `RFC 9111 5.2.1: a request with ${directive} ${hit ? 'gets' : 'does not get'} what is ${age} s old of ${response}`,
      async run(bench) {
        bench.serve({ headers: { 'cache-control': response, etag: '"v1"' } });
        await bench.get('/');
        bench.advance(age);
        await bench.get('/', { headers: { 'cache-control': directive } });
        assert.equal(bench.seen.length, hit ? 1 : 2);
      },
    }),
  ),
  {
    name: 'RFC 9111 5.2.1.7: only-if-cached gets a 504 where nothing is stored',
    async run(bench) {
      const answer = await bench.get('/', { headers: { 'cache-control': 'only-if-cached' } });
      assert.equal(answer.status, 504);
      assert.equal(bench.seen.length, 0);
    },
  },
  {
    name: 'RFC 9111 5.4: Pragma: no-cache counts where there is no Cache-Control',
    async run(bench) {
      bench.serve({ headers: FRESH });
      await bench.get('/');
      await bench.get('/', { headers: { pragma: 'no-cache' } });
      assert.equal(bench.seen.length, 2);
      await bench.get('/', { headers: { pragma: 'no-cache', 'cache-control': 'max-age=30' } });
      assert.equal(bench.seen.length, 2);
    },
  },
  {
    name: 'RFC 9111 5.4: Pragma in a response means nothing',
    async run(bench) {
      bench.serve({ headers: { ...FRESH, pragma: 'no-cache' } });
      assert.equal(await bench.isStored('/'), true);
    },
  },
  {
    name: 'with honourRequest: false a client cannot send others to the origin',
    options: { cache: { honourRequest: false } },
    async run(bench) {
      bench.serve({ headers: FRESH });
      await bench.get('/');
      for (const directive of ['no-cache', 'max-age=0', 'min-fresh=1000']) {
        await bench.get('/', { headers: { 'cache-control': directive, pragma: 'no-cache' } });
      }
      assert.equal(bench.seen.length, 1);
      await bench.get('/secret', { headers: { 'cache-control': 'no-store' } });
      await bench.get('/secret');
      assert.equal(bench.seen.length, 3);
    },
  },
  {
    name: 'what a no-cache request fetched is stored for others',
    async run(bench) {
      bench.serve({ headers: FRESH });
      await bench.get('/');
      await bench.get('/', { headers: { 'cache-control': 'no-cache' } });
      assert.equal((await bench.get('/')).text, 'answer 2');
    },
  },
];
