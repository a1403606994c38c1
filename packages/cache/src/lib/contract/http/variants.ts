import assert from 'node:assert/strict';
import type { HttpCase } from '../http-case.ts';

/** Variants: RFC 9111 4.1. */
export const VARIANTS: readonly HttpCase[] = [
  {
    name: 'RFC 9111 4.1: each value of a field in Vary has its own response',
    async run(bench) {
      bench.serve((request) => ({
        headers: { 'cache-control': 'max-age=60', vary: 'Accept-Language' },
        body: String(request.headers['accept-language']),
      }));
      for (const language of ['de', 'en', 'de, en']) {
        const headers = { 'accept-language': language };
        assert.equal((await bench.get('/', { headers })).text, language);
        assert.equal((await bench.get('/', { headers })).text, language);
        assert.equal((await bench.get('/', { headers })).text, language);
      }
      assert.equal(bench.seen.length, 3);
    },
  },
  {
    name: 'RFC 9111 4.1: an absent field matches only an absent one, not an empty one',
    async run(bench) {
      bench.serve((request) => ({
        headers: { 'cache-control': 'max-age=60', vary: 'x-a' },
        body: JSON.stringify(request.headers['x-a'] ?? null),
      }));
      assert.equal((await bench.get('/')).text, 'null');
      assert.equal((await bench.get('/', { headers: { 'x-a': '' } })).text, '""');
      assert.equal((await bench.get('/', { headers: { 'x-a': 'null' } })).text, '"null"');
      assert.equal((await bench.get('/')).text, 'null');
      assert.equal((await bench.get('/', { headers: { 'x-a': '' } })).text, '""');
      assert.equal(bench.seen.length, 3);
    },
  },
  {
    name: 'RFC 9111 4.1: all fields in Vary count, in any order, case and number of lines',
    async run(bench) {
      bench.serve((request) => ({
        headers: {
          'cache-control': 'max-age=60',
          vary: bench.seen.length === 1 ? ['X-A, x-b', 'x-A'] : 'x-b,x-a',
        },
        body: `${request.headers['x-a']} ${request.headers['x-b']}`,
      }));
      assert.equal((await bench.get('/', { headers: { 'x-a': '1', 'x-b': '2' } })).text, '1 2');
      assert.equal((await bench.get('/', { headers: { 'X-B': '2', 'X-A': '1' } })).text, '1 2');
      assert.equal(bench.seen.length, 1);
      assert.equal((await bench.get('/', { headers: { 'x-a': '1', 'x-b': '3' } })).text, '1 3');
      assert.equal((await bench.get('/', { headers: { 'x-a': '1', 'x-b': '3' } })).text, '1 3');
      assert.equal(bench.seen.length, 2);
    },
  },
  {
    name: 'RFC 9111 4.1: lines of one field and a list in one line are the same',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60', vary: 'x-a' } });
      await bench.get('/', { headers: { 'x-a': ['1', '2'] } });
      await bench.get('/', { headers: { 'x-a': '1, 2' } });
      assert.equal(bench.seen.length, 1);
    },
  },
  {
    name: 'RFC 9111 4.1: responses of one URL may vary by different fields',
    async run(bench) {
      bench.serve((request) => ({
        headers: {
          'cache-control': 'max-age=60',
          vary: request.headers['x-mode'] === 'a' ? 'x-mode, x-a' : 'x-mode',
        },
        body: `${request.headers['x-mode']} ${request.headers['x-a']}`,
      }));
      const ask = async (mode: string, a: string): Promise<string> =>
        (await bench.get('/', { headers: { 'x-mode': mode, 'x-a': a } })).text;
      assert.equal(await ask('a', '1'), 'a 1');
      assert.equal(await ask('b', '1'), 'b 1');
      assert.equal(await ask('b', '2'), 'b 1');
      assert.equal(await ask('a', '2'), 'a 2');
      assert.equal(await ask('a', '1'), 'a 1');
      assert.equal(bench.seen.length, 3);
    },
  },
  {
    name: 'RFC 9211 2.2: says whether the URL or only the variant was missing',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60', vary: 'x-a' } });
      assert.match((await bench.get('/', { headers: { 'x-a': '1' } })).cacheStatus, /fwd=uri-miss/);
      assert.match((await bench.get('/', { headers: { 'x-a': '2' } })).cacheStatus, /fwd=vary-miss/);
      await bench.store.purgeUrl(`${bench.origin}/`);
      assert.match((await bench.get('/', { headers: { 'x-a': '3' } })).cacheStatus, /fwd=uri-miss/);
      assert.match((await bench.get('/', { headers: { 'x-a': '1' } })).cacheStatus, /fwd=vary-miss/);
      bench.serve({ headers: { 'cache-control': 'max-age=60' } });
      await bench.get('/one');
      await bench.store.purgeUrl(`${bench.origin}/one`);
      assert.match((await bench.get('/one')).cacheStatus, /fwd=uri-miss/);
    },
  },
];
