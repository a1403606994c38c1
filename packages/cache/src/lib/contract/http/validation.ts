import assert from 'node:assert/strict';
import type { Bench } from '../bench.ts';
import type { HttpCase } from '../http-case.ts';

/** An origin whose response has an ETag and which answers 304 to it. */
function serveTagged(
  bench: Bench,
  tag: () => string,
  lifetime = 'max-age=60',
  update: Record<string, string> = {},
): void {
  bench.serve((request) => {
    const headers = { 'cache-control': lifetime, etag: tag() };
    return request.headers['if-none-match'] === tag()
      ? { status: 304, headers: { ...headers, ...update } }
      : { headers, body: `body of ${tag()}` };
  });
}

/** Validation: RFC 9111 4.3, 3.2. */
export const VALIDATION: readonly HttpCase[] = [
  {
    name: 'RFC 9111 4.3.1: a stale response is validated by its ETag, and fresh again after a 304',
    async run(bench) {
      serveTagged(bench, () => '"v1"');
      await bench.get('/');
      bench.advance(61);
      const validated = await bench.get('/');
      assert.equal(validated.status, 200);
      assert.equal(validated.text, 'body of "v1"');
      assert.equal(bench.seen[1]?.headers['if-none-match'], '"v1"');
      assert.equal(validated.headers.age, '0');
      await bench.get('/');
      assert.equal(bench.seen.length, 2);
    },
  },
  {
    name: 'RFC 9111 4.3.1: Last-Modified validates where there is no ETag',
    async run(bench) {
      const modified = bench.date(-1_000);
      bench.serve((request) => ({
        status: request.headers['if-modified-since'] === modified ? 304 : 200,
        headers: { 'cache-control': 'max-age=60', 'last-modified': modified },
      }));
      await bench.get('/');
      bench.advance(61);
      assert.equal((await bench.get('/')).text, 'answer 1');
      assert.equal(bench.seen[1]?.headers['if-modified-since'], modified);
    },
  },
  {
    name: 'RFC 9111 4.3.3: a new response replaces the stored one',
    async run(bench) {
      let tag = '"v1"';
      serveTagged(bench, () => tag);
      await bench.get('/');
      tag = '"v2"';
      bench.advance(61);
      assert.equal((await bench.get('/')).text, 'body of "v2"');
      assert.equal((await bench.get('/')).text, 'body of "v2"');
      assert.equal(bench.seen.length, 2);
    },
  },
  {
    name: 'RFC 9111 3.2: a 304 updates the stored fields, but not what describes the body',
    async run(bench) {
      serveTagged(bench, () => '"v1"', 'max-age=60', {
        'cache-control': 'max-age=10',
        'x-new': 'yes',
        'content-type': 'text/html',
        'content-encoding': 'gzip',
      });
      await bench.get('/');
      bench.advance(61);
      await bench.get('/');
      const hit = await bench.get('/');
      assert.equal(bench.seen.length, 2);
      assert.equal(hit.headers['x-new'], 'yes');
      assert.equal(hit.headers['content-type'], undefined);
      assert.equal(hit.headers['content-encoding'], undefined);
      assert.equal(hit.text, 'body of "v1"');
      bench.advance(11);
      await bench.get('/');
      assert.equal(bench.seen.length, 3);
    },
  },
  {
    name: 'RFC 9111 4.3.4: a 304 with another ETag is not about the stored response',
    async run(bench) {
      serveTagged(bench, () => '"v1"');
      await bench.get('/');
      bench.advance(61);
      bench.serve((request) =>
        request.headers['if-none-match'] === undefined
          ? { headers: { 'cache-control': 'max-age=60', etag: '"v2"' }, body: 'new' }
          : { status: 304, headers: { etag: '"v2"' } },
      );
      assert.equal((await bench.get('/')).text, 'new');
      assert.equal(bench.seen.length, 3);
    },
  },
  {
    name: 'RFC 9111 5.2.2.4: no-cache is stored, and validated each time',
    async run(bench) {
      serveTagged(bench, () => '"v1"', 'no-cache, max-age=60');
      await bench.get('/');
      assert.equal((await bench.get('/')).text, 'body of "v1"');
      assert.equal((await bench.get('/')).text, 'body of "v1"');
      assert.deepEqual(
        bench.seen.map((request) => request.headers['if-none-match']),
        [undefined, '"v1"', '"v1"'],
      );
    },
  },
  {
    name: 'RFC 9111 5.2.2.4: no-cache="field" is taken as no-cache',
    async run(bench) {
      serveTagged(bench, () => '"v1"', 'no-cache="x-name", max-age=60');
      await bench.get('/');
      await bench.get('/');
      assert.equal(bench.seen.length, 2);
    },
  },
  {
    name: 'RFC 9111 4.3.2: If-None-Match of a client is answered from the store',
    async run(bench) {
      serveTagged(bench, () => '"v1"');
      await bench.get('/');
      for (const header of ['"v1"', '"x", "v1"', 'W/"v1"', '*']) {
        const answer = await bench.get('/', { headers: { 'if-none-match': header } });
        assert.equal(answer.status, 304, header);
        assert.equal(answer.text, '');
        assert.equal(answer.headers.etag, '"v1"');
        assert.equal(answer.headers['content-length'], undefined);
      }
      const other = await bench.get('/', { headers: { 'if-none-match': '"v0"' } });
      assert.equal(other.status, 200);
      assert.equal(bench.seen.length, 1);
    },
  },
  {
    name: 'RFC 9111 4.3.2: If-Modified-Since of a client is answered from the store, and yields to If-None-Match',
    async run(bench) {
      const modified = bench.date(-1_000);
      bench.serve({ headers: { 'cache-control': 'max-age=60', 'last-modified': modified, etag: '"v1"' } });
      await bench.get('/');
      const ask = async (headers: Record<string, string>): Promise<number> =>
        (await bench.get('/', { headers })).status;
      assert.equal(await ask({ 'if-modified-since': modified }), 304);
      assert.equal(await ask({ 'if-modified-since': bench.date(-2_000) }), 200);
      assert.equal(await ask({ 'if-modified-since': 'yesterday' }), 200);
      assert.equal(await ask({ 'if-modified-since': modified, 'if-none-match': '"v0"' }), 200);
      assert.equal(bench.seen.length, 1);
    },
  },
  {
    name: 'RFC 9111 4.3.1: the validation of a stale response uses its own validators, not the client’s',
    async run(bench) {
      serveTagged(bench, () => '"v1"');
      await bench.get('/');
      bench.advance(61);
      const answer = await bench.get('/', { headers: { 'if-none-match': '"v0"' } });
      assert.equal(bench.seen[1]?.headers['if-none-match'], '"v1"');
      assert.equal(answer.status, 200);
      assert.equal(answer.text, 'body of "v1"');
    },
  },
  {
    name: 'RFC 9111 3: a 304 to a condition of the client is handed on and not stored',
    async run(bench) {
      serveTagged(bench, () => '"v1"');
      assert.equal((await bench.get('/', { headers: { 'if-none-match': '"v1"' } })).status, 304);
      assert.equal((await bench.get('/')).status, 200);
      assert.equal(bench.seen.length, 2);
    },
  },
  {
    name: 'a 304 that brings Set-Cookie or private ends the sharing',
    async run(bench) {
      serveTagged(bench, () => '"v1"', 'max-age=60', { 'set-cookie': 'id=1' });
      await bench.get('/');
      bench.advance(61);
      assert.equal((await bench.get('/')).headers['set-cookie'], 'id=1');
      const next = await bench.get('/');
      assert.equal(next.headers['set-cookie'], undefined);
      assert.equal(bench.seen.length, 3);
    },
  },
  {
    name: 'RFC 9110 9.3.2: HEAD is answered from a stored GET, without its body',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60' }, body: 'twelve bytes' });
      await bench.get('/');
      const head = await bench.get('/', { method: 'HEAD' });
      assert.equal(bench.seen.length, 1);
      assert.equal(head.text, '');
      assert.equal(head.headers['content-length'], '12');
    },
  },
  {
    name: 'RFC 9111 4.3.5: a HEAD stores nothing, and one that differs ends a stale GET',
    async run(bench) {
      let tag = '"v1"';
      bench.serve(() => ({ headers: { 'cache-control': 'max-age=60', etag: tag } }));
      await bench.get('/', { method: 'HEAD' });
      await bench.get('/');
      assert.equal(bench.seen.length, 2);
      bench.advance(61);
      tag = '"v2"';
      await bench.get('/', { method: 'HEAD' });
      await bench.get('/');
      assert.equal(bench.seen[3]?.headers['if-none-match'], undefined);
    },
  },
  {
    name: 'RFC 9111 4.3.5: a HEAD that agrees freshens a stale GET, fields included',
    async run(bench) {
      bench.serve((request) => ({
        headers: {
          'cache-control': 'max-age=60',
          'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT',
          'x-version': `${request.method}`,
        },
        body: 'body',
      }));
      await bench.get('/');
      bench.advance(61);
      await bench.get('/', { method: 'HEAD' });
      const hit = await bench.get('/');
      assert.equal(bench.seen.length, 2);
      assert.match(hit.cacheStatus, /; hit; ttl=60$/);
      assert.equal(hit.text, 'body');
      assert.equal(hit.headers['x-version'], 'HEAD');
    },
  },
  {
    name: 'RFC 9111 4.3.5: a HEAD with another length or Last-Modified ends a stale GET',
    async run(bench) {
      const first = { 'cache-control': 'max-age=60', 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' };
      for (const [path, head] of [
        ['/length', { ...first, 'content-length': '5' }],
        ['/date', { ...first, 'last-modified': 'Tue, 02 Jan 2024 00:00:00 GMT' }],
      ] as const) {
        bench.serve({ headers: first, body: 'body' });
        await bench.get(path);
        bench.advance(61);
        bench.serve({ headers: head });
        await bench.get(path, { method: 'HEAD' });
        bench.serve({ headers: first, body: 'new' });
        const { text, cacheStatus } = await bench.get(path);
        assert.equal(text, 'new');
        assert.match(cacheStatus, /fwd=uri-miss/);
      }
    },
  },
  {
    name: 'RFC 9110 14: a range of a stored response is cut from it',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60', etag: '"v1"' }, body: '0123456789' });
      await bench.get('/');
      const range = async (
        value: string,
        more: Record<string, string> = {},
      ): Promise<[number, string, unknown]> => {
        const { status, text, headers } = await bench.get('/', { headers: { range: value, ...more } });
        return [status, text, headers['content-range']];
      };
      assert.deepEqual(await range('bytes=2-4'), [206, '234', 'bytes 2-4/10']);
      assert.deepEqual(await range('bytes=8-'), [206, '89', 'bytes 8-9/10']);
      assert.deepEqual(await range('bytes=-3'), [206, '789', 'bytes 7-9/10']);
      assert.deepEqual(await range('bytes=8-99'), [206, '89', 'bytes 8-9/10']);
      assert.deepEqual(await range('bytes=10-'), [416, '', 'bytes */10']);
      assert.deepEqual(await range('bytes=4-2'), [200, '0123456789', undefined]);
      assert.deepEqual(await range('bytes=0-1, 4-5'), [200, '0123456789', undefined]);
      assert.deepEqual(await range('bytes=0-1', { 'if-range': '"v1"' }), [206, '01', 'bytes 0-1/10']);
      assert.deepEqual(await range('bytes=0-1', { 'if-range': 'W/"v1"' }), [200, '0123456789', undefined]);
      assert.deepEqual(await range('bytes=0-1', { 'if-range': '"v0"' }), [200, '0123456789', undefined]);
      assert.equal(bench.seen.length, 1);
    },
  },
  {
    name: 'RFC 9111 3.3: a partial response is handed on and not stored',
    async run(bench) {
      bench.serve((request) =>
        request.headers.range === undefined
          ? { headers: { 'cache-control': 'max-age=60' }, body: '0123456789' }
          : {
              status: 206,
              headers: { 'cache-control': 'max-age=60', 'content-range': 'bytes 0-1/10' },
              body: '01',
            },
      );
      assert.equal((await bench.get('/', { headers: { range: 'bytes=0-1' } })).text, '01');
      assert.equal((await bench.get('/')).text, '0123456789');
    },
  },
];
