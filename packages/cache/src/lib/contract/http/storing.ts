import assert from 'node:assert/strict';
import type { HttpCase } from '../http-case.ts';

/** Response headers, request headers, and whether another request may get the response. */
const CASES: readonly (readonly [
  name: string,
  response: Readonly<Record<string, string | readonly string[]>>,
  request: Readonly<Record<string, string>>,
  stored: boolean,
])[] = [
  ['RFC 9111 5.2.2.5: no-store', { 'cache-control': 'no-store, max-age=60' }, {}, false],
  ['RFC 9111 5.2.2.5: NO-STORE', { 'cache-control': 'NO-STORE, max-age=60' }, {}, false],
  ['RFC 9111 5.2.2.5: no-store in a second line', { 'cache-control': ['max-age=60', 'no-store'] }, {}, false],
  ['RFC 9111 5.2.2.5: no-store="x"', { 'cache-control': 'no-store="x", max-age=60' }, {}, false],
  [
    'RFC 9111 5.2.2.5: no-store behind a quote without end',
    { 'cache-control': 'a="b, no-store, max-age=60' },
    {},
    false,
  ],
  ['RFC 9111 5.2.2.7: private', { 'cache-control': 'private, max-age=60' }, {}, false],
  ['RFC 9111 5.2.2.7: private="x-name"', { 'cache-control': 'private="x-name", max-age=60' }, {}, false],
  ['RFC 9111 5.2.3: an unknown directive', { 'cache-control': 'max-age=60, community="UCI"' }, {}, true],
  [
    'RFC 9111 5.2.2.3: must-understand beside no-store',
    { 'cache-control': 'must-understand, no-store, max-age=60' },
    {},
    true,
  ],
  ['RFC 9111 3.5: Authorization', { 'cache-control': 'max-age=60' }, { authorization: 'Basic YTpi' }, false],
  [
    'RFC 9111 3.5: Authorization, public',
    { 'cache-control': 'public, max-age=60' },
    { authorization: 'Basic YTpi' },
    true,
  ],
  [
    'RFC 9111 3.5: Authorization, s-maxage',
    { 'cache-control': 's-maxage=60' },
    { authorization: 'Basic YTpi' },
    true,
  ],
  [
    'RFC 9111 3.5: Authorization, must-revalidate',
    { 'cache-control': 'max-age=60, must-revalidate' },
    { authorization: 'Basic YTpi' },
    true,
  ],
  ['RFC 9111 7.3: Set-Cookie', { 'cache-control': 'public, max-age=60', 'set-cookie': 'id=1' }, {}, false],
  ['RFC 9111 4.1: Vary: *', { 'cache-control': 'max-age=60', vary: '*' }, {}, false],
  ['RFC 9111 4.1: * among others', { 'cache-control': 'max-age=60', vary: 'accept, *' }, {}, false],
  [
    'RFC 9111 4.1: a Vary that is no list of names',
    { 'cache-control': 'max-age=60', vary: 'a b' },
    {},
    false,
  ],
  [
    'RFC 9111 5.2.1.5: a request with no-store',
    { 'cache-control': 'max-age=60' },
    { 'cache-control': 'no-store' },
    false,
  ],
  ['RFC 9111 3: a cookie in the request alone', { 'cache-control': 'max-age=60' }, { cookie: 'id=1' }, true],
];

/** Statuses with an explicit lifetime, and whether they are stored. */
const STATUSES: readonly (readonly [status: number, stored: boolean])[] = [
  [200, true],
  [203, true],
  [204, true],
  [206, false],
  [299, true],
  [301, true],
  [302, true],
  [307, true],
  [308, true],
  [404, true],
  [410, true],
  [451, true],
  [500, true],
  [599, true],
];

/** What may be stored: RFC 9111 3. */
export const STORING: readonly HttpCase[] = [
  ...CASES.map(
    ([name, response, request, stored]): HttpCase => ({
      name: `${name} is ${stored ? 'stored' : 'not stored'}`,
      async run(bench) {
        bench.serve({ headers: response });
        await bench.get('/', { headers: request });
        const other = await bench.get('/', { headers: {} });
        assert.equal(bench.seen.length, stored ? 1 : 2);
        assert.equal(other.text, stored ? 'answer 1' : 'answer 2');
      },
    }),
  ),
  ...STATUSES.map(
    ([status, stored]): HttpCase => ({
      name: `RFC 9111 3: status ${status} with a lifetime is ${stored ? 'stored' : 'not stored'}`,
      async run(bench) {
        bench.serve({ status, headers: { 'cache-control': 'max-age=60' } });
        assert.equal(await bench.isStored('/'), stored);
        assert.equal((await bench.get('/')).status, status);
      },
    }),
  ),
  {
    name: 'RFC 9111 5.2.2.3: must-understand with a status nobody knows is not stored',
    async run(bench) {
      bench.serve({ status: 299, headers: { 'cache-control': 'must-understand, max-age=60' } });
      assert.equal(await bench.isStored('/'), false);
    },
  },
  {
    name: 'RFC 9111 3.1: fields of a connection and those that Connection names are not stored',
    async run(bench) {
      bench.serve({
        headers: {
          'cache-control': 'max-age=60',
          connection: 'x-hop, keep-alive',
          'x-hop': '1',
          'keep-alive': 'timeout=5',
          'proxy-authenticate': 'Basic',
          'proxy-authentication-info': 'a=b',
          'x-end': '1',
        },
      });
      await bench.get('/');
      const { headers } = await bench.get('/');
      assert.equal(bench.seen.length, 1);
      for (const name of [
        'connection',
        'x-hop',
        'keep-alive',
        'proxy-authenticate',
        'proxy-authentication-info',
      ]) {
        assert.equal(headers[name], undefined, name);
      }
      assert.equal(headers['x-end'], '1');
    },
  },
  {
    name: 'RFC 9111 3.3: a body that ends early is never served as a whole',
    async run(bench) {
      let broken = true;
      bench.serve((_request, response) => {
        if (!broken) return { headers: { 'cache-control': 'max-age=60' }, body: 'whole' };
        response.writeHead(200, { 'cache-control': 'max-age=60', 'content-length': '100' });
        response.write('half', () => response.destroy());
        return undefined;
      });
      await assert.rejects(bench.get('/'));
      broken = false;
      assert.equal((await bench.get('/')).text, 'whole');
    },
  },
  {
    name: 'RFC 9111 3.3: a chunked body that ends early is never served as a whole',
    async run(bench) {
      let broken = true;
      bench.serve((_request, response) => {
        if (!broken) return { headers: { 'cache-control': 'max-age=60' }, body: 'whole' };
        response.writeHead(200, { 'cache-control': 'max-age=60' });
        response.write('half', () => response.destroy());
        return undefined;
      });
      await assert.rejects(bench.get('/'));
      broken = false;
      assert.equal((await bench.get('/')).text, 'whole');
    },
  },
  {
    name: 'stores nothing longer than maxEntryBytes, and hands it on whole',
    options: { store: { maxEntryBytes: 10_000 } },
    async run(bench) {
      const body = 'x'.repeat(200_000);
      bench.serve({ headers: { 'cache-control': 'max-age=60' }, body });
      assert.equal(await bench.isStored('/long'), false);
      assert.equal((await bench.get('/long')).text, body);
      bench.serve((_request, response) => {
        response.writeHead(200, { 'cache-control': 'max-age=60' });
        response.write(body);
        response.end();
        return undefined;
      });
      assert.equal(await bench.isStored('/chunked'), false);
      bench.serve({ headers: { 'cache-control': 'max-age=60' }, body: 'x'.repeat(5_000) });
      assert.equal(await bench.isStored('/short'), true);
    },
  },
  {
    name: 'keeps every byte of a body, compressed or not',
    options: { store: { compress: { minBytes: 100 } } },
    async run(bench) {
      const body = 'Größe → 😀 '.repeat(20_000);
      bench.serve({
        headers: { 'cache-control': 'max-age=60', 'content-type': 'text/plain; charset=utf-8' },
        body,
      });
      await bench.get('/');
      assert.equal((await bench.get('/')).text, body);
      assert.equal((await bench.get('/')).text, body);
      assert.equal(bench.seen.length, 1);
    },
  },
  {
    name: 'keeps an empty body and repeated fields',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60', link: ['</a>', '</b>'] }, body: '' });
      await bench.get('/');
      const hit = await bench.get('/');
      assert.equal(bench.seen.length, 1);
      assert.equal(hit.text, '');
      assert.deepEqual(hit.headers.link, ['</a>', '</b>']);
    },
  },
];
