import assert from 'node:assert/strict';
import type { HttpCase } from '../http-case.ts';

/** Stale responses: RFC 9111 4.2.4 and RFC 5861. */
export const STALE: readonly HttpCase[] = [
  {
    name: 'RFC 5861 3: within stale-while-revalidate the stale response is served and renewed meanwhile',
    async run(bench) {
      const renewed = Promise.withResolvers<void>();
      bench.serve((_request, response) => {
        if (bench.seen.length === 2) response.once('close', renewed.resolve);
        return { headers: { 'cache-control': 'max-age=60, stale-while-revalidate=30' } };
      });
      await bench.get('/');
      bench.advance(80);
      const stale = await bench.get('/');
      assert.equal(stale.text, 'answer 1');
      assert.equal(stale.headers.age, '80');
      assert.match(stale.cacheStatus, /^evenkeel; hit; ttl=-20$/);
      await renewed.promise;
      await bench.until(async () => (await bench.get('/')).text === 'answer 2');
      assert.equal(bench.seen.length, 2);
    },
  },
  {
    name: 'RFC 5861 3: after stale-while-revalidate the origin is waited for',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60, stale-while-revalidate=30' } });
      await bench.get('/');
      bench.advance(91);
      assert.equal((await bench.get('/')).text, 'answer 2');
    },
  },
  ...(['must-revalidate', 'proxy-revalidate', 's-maxage=60', 'no-cache'] as const).map(
    (directive): HttpCase => ({
      name: `RFC 9111 4.2.4: ${directive} forbids every stale use`,
      async run(bench) {
        const value = `max-age=60, stale-while-revalidate=30, stale-if-error=30, ${directive}`;
        bench.serve({ headers: { 'cache-control': value, etag: '"v1"' } });
        await bench.get('/');
        bench.advance(61);
        bench.serve({ status: 503 });
        assert.equal((await bench.get('/')).status, 503);
        bench.serve((_request, response) => {
          response.destroy();
          return undefined;
        });
        await assert.rejects(bench.get('/'), { code: 'ERR_EVENKEEL_NOT_VALIDATED' });
      },
    }),
  ),
  ...([500, 502, 503, 504] as const).map(
    (status): HttpCase => ({
      name: `RFC 5861 4: within stale-if-error a ${status} is answered with the stale response`,
      async run(bench) {
        bench.serve({ headers: { 'cache-control': 'max-age=60, stale-if-error=30' }, body: 'good' });
        await bench.get('/');
        bench.advance(70);
        bench.serve({ status });
        const stale = await bench.get('/');
        assert.equal(stale.status, 200);
        assert.equal(stale.text, 'good');
        assert.equal(stale.headers.age, '70');
        assert.equal(
          stale.cacheStatus,
          `evenkeel; fwd=stale; fwd-status=${status}; ttl=-10; detail=stale-if-error`,
        );
        bench.advance(21);
        assert.equal((await bench.get('/')).status, status);
      },
    }),
  ),
  {
    name: 'RFC 5861 4: within stale-if-error a broken connection is answered with the stale response',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60, stale-if-error=30' }, body: 'good' });
      await bench.get('/');
      bench.advance(70);
      bench.serve((_request, response) => {
        response.destroy();
        return undefined;
      });
      assert.equal((await bench.get('/')).text, 'good');
    },
  },
  {
    name: 'RFC 5861 4: a 404 is an answer, not an error',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60, stale-if-error=30' } });
      await bench.get('/');
      bench.advance(70);
      bench.serve({ status: 404 });
      assert.equal((await bench.get('/')).status, 404);
    },
  },
  {
    name: 'RFC 5861 4: a request may ask for it as well',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60', etag: '"v1"' }, body: 'good' });
      await bench.get('/');
      bench.advance(70);
      bench.serve({ status: 503 });
      const headers = { 'cache-control': 'stale-if-error=30' };
      assert.equal((await bench.get('/', { headers })).text, 'good');
      assert.equal((await bench.get('/')).status, 503);
    },
  },
  {
    name: 'RFC 9111 4.2.4: without permission an error of the origin is not hidden',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60', etag: '"v1"' } });
      await bench.get('/');
      bench.advance(70);
      bench.serve({ status: 503 });
      assert.equal((await bench.get('/')).status, 503);
    },
  },
];
