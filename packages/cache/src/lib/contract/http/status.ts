import assert from 'node:assert/strict';
import type { HttpCase } from '../http-case.ts';

/** Cache-Status: RFC 9211. */
export const STATUS: readonly HttpCase[] = [
  {
    name: 'RFC 9211 2: a miss and a hit',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60' } });
      assert.equal((await bench.get('/')).cacheStatus, 'evenkeel; fwd=uri-miss; fwd-status=200; stored');
      bench.advance(20);
      assert.equal((await bench.get('/')).cacheStatus, 'evenkeel; hit; ttl=40');
    },
  },
  {
    name: 'RFC 9211 2: a response that is not stored, a validation, and what the request demanded',
    async run(bench) {
      bench.serve({ status: 404 });
      assert.equal(
        (await bench.get('/none')).cacheStatus,
        'evenkeel; fwd=uri-miss; fwd-status=404; detail=no-lifetime',
      );
      bench.serve((request) => ({
        status: request.headers['if-none-match'] === '"v1"' ? 304 : 200,
        headers: { 'cache-control': 'max-age=60', etag: '"v1"' },
      }));
      await bench.get('/');
      bench.advance(61);
      assert.equal((await bench.get('/')).cacheStatus, 'evenkeel; fwd=stale; fwd-status=304; ttl=60; stored');
      const refused = await bench.get('/', { headers: { 'cache-control': 'no-cache' } });
      assert.equal(refused.cacheStatus, 'evenkeel; fwd=request; fwd-status=304; ttl=60; stored');
    },
  },
  ...(
    [
      ['no-store', { 'cache-control': 'no-store' }],
      ['private', { 'cache-control': 'private, max-age=60' }],
      ['set-cookie', { 'cache-control': 'max-age=60', 'set-cookie': 'a=b' }],
      ['vary', { 'cache-control': 'max-age=60', vary: '*' }],
      ['no-lifetime', {}],
      ['too-large', { 'cache-control': 'max-age=60', 'content-length': '101' }],
    ] as const
  ).map(
    ([detail, headers]): HttpCase => ({
      name: `RFC 9211 2.8: says why a response is not stored: ${detail}`,
      options: { store: { maxEntryBytes: 100 } },
      async run(bench) {
        bench.serve({ headers, ...(detail === 'too-large' ? { body: 'x'.repeat(101) } : {}) });
        const { cacheStatus } = await bench.get('/');
        assert.equal(cacheStatus, `evenkeel; fwd=uri-miss; fwd-status=200; detail=${detail}`);
      },
    }),
  ),
  {
    name: 'RFC 9211 2: a method and a request that the cache has no part in',
    async run(bench) {
      assert.equal(
        (await bench.get('/', { method: 'POST', body: 'x' })).cacheStatus,
        'evenkeel; fwd=method; fwd-status=200',
      );
      const bypass = await bench.get('/', { headers: { 'cache-control': 'no-store' } });
      assert.equal(bypass.cacheStatus, 'evenkeel; fwd=bypass; fwd-status=200');
    },
  },
  {
    name: 'RFC 9211 2: a member is added after those of caches nearer to the origin',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60', 'cache-status': 'inner; hit; ttl=3' } });
      await bench.get('/');
      assert.equal(
        (await bench.get('/')).headers['cache-status'],
        'inner; hit; ttl=3, evenkeel; hit; ttl=60',
      );
    },
  },
  {
    name: 'RFC 9211 2: a name that is no token is a string',
    options: { cache: { name: 'our "edge" cache' } },
    async run(bench) {
      assert.match((await bench.get('/')).cacheStatus, /^"our \\"edge\\" cache"; fwd=uri-miss/);
    },
  },
  {
    name: 'cacheStatus: false adds nothing',
    options: { cache: { cacheStatus: false } },
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60' } });
      await bench.get('/');
      assert.equal((await bench.get('/')).headers['cache-status'], undefined);
    },
  },
];
