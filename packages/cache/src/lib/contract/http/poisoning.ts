import assert from 'node:assert/strict';
import type { HttpCase } from '../http-case.ts';

const FRESH = { 'cache-control': 'max-age=60' };

/** Paths that careless keys confuse. */
const PATHS: readonly string[] = [
  '/',
  '//',
  '/.',
  '/a',
  '/A',
  '/a/',
  '/a?',
  '/a?b',
  '/a?b=',
  '/a?b=1&c=2',
  '/a?c=2&b=1',
  '/%61',
  '/a%2fb',
  '/a%2Fb',
  '/a/b',
  '/a%00',
  '/a%0d%0aset-cookie:x',
  '/*',
  '/a*',
  '/a:b',
  '/a:b:GET',
  '/{a}',
  '/}i.',
  '/__proto__',
  '/constructor',
  `/${'a'.repeat(6_000)}`,
  `/${'a'.repeat(6_000)}b`,
];

/** Values of a request field that careless variants confuse. */
const VALUES: readonly string[] = [
  '',
  'null',
  '*',
  'a',
  'A',
  'a,b',
  'a b',
  'a:b',
  '","',
  '["a"]',
  '\u00e9',
  'a'.repeat(4_000),
  `${'a'.repeat(4_000)}b`,
];

/** Poisoning: no request decides what another one gets. */
export const POISONING: readonly HttpCase[] = [
  {
    name: 'no two paths share a response, however odd',
    async run(bench) {
      bench.serve((request) => ({ headers: FRESH, body: `path ${request.url}` }));
      for (const path of PATHS) assert.equal((await bench.get(path)).text, `path ${path}`);
      const before = bench.seen.length;
      assert.equal(before, PATHS.length);
      for (const path of PATHS) assert.equal((await bench.get(path)).text, `path ${path}`);
      assert.equal(bench.seen.length, before);
    },
  },
  {
    name: 'no two values of a field in Vary share a response, however odd',
    async run(bench) {
      bench.serve((request) => ({
        headers: { ...FRESH, vary: 'x-a, x-b' },
        body: Buffer.from(
          JSON.stringify([request.headers['x-a'], request.headers['x-b']]),
          'latin1',
        ).toString('hex'),
      }));
      const answers = new Set<string>();
      for (const a of VALUES)
        for (const b of ['', 'a'])
          answers.add((await bench.get('/', { headers: { 'x-a': a, 'x-b': b } })).text);
      assert.equal(bench.seen.length, VALUES.length * 2);
      assert.equal(answers.size, VALUES.length * 2);
    },
  },
  ...(
    [
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-forwarded-scheme',
      'x-forwarded-port',
      'x-forwarded-prefix',
      'x-host',
      'x-original-url',
      'x-rewrite-url',
      'x-http-method-override',
      'host',
    ] as const
  ).map(
    (name): HttpCase => ({
      name: `what an origin makes of ${name} reaches only requests with the same one`,
      async run(bench) {
        bench.serve((request) => ({ headers: FRESH, body: `to ${request.headers[name]}` }));
        assert.equal((await bench.get('/', { headers: { [name]: 'evil.example' } })).text, 'to evil.example');
        assert.notEqual((await bench.get('/')).text, 'to evil.example');
        assert.equal((await bench.get('/', { headers: { [name]: 'evil.example' } })).text, 'to evil.example');
        assert.equal(bench.seen.length, 2);
      },
    }),
  ),
  {
    name: 'a GET with a body is neither answered from the store nor stored',
    async run(bench) {
      bench.serve({ headers: FRESH });
      await bench.get('/', { body: 'q=evil' });
      assert.equal((await bench.get('/')).text, 'answer 2');
      assert.equal((await bench.get('/', { body: 'q=evil' })).text, 'answer 3');
      assert.equal((await bench.get('/')).text, 'answer 2');
    },
  },
  {
    name: 'a GET that claims a body, as smuggled requests leave them behind, is not stored',
    async run(bench) {
      bench.serve({ headers: FRESH });
      await bench.get('/', { headers: { 'content-length': '0' } });
      await bench.get('/');
      assert.equal(bench.seen.length, 1);
      for (const length of ['00', '+0', '0, 0', '1']) {
        const answer = await bench
          .get('/other', { headers: { 'content-length': length } })
          .catch(() => undefined);
        assert.doesNotMatch(answer?.cacheStatus ?? '', /stored|hit/, length);
      }
    },
  },
  {
    name: 'HEAD and POST do not become the answer to GET',
    async run(bench) {
      bench.serve({ headers: FRESH });
      await bench.get('/', { method: 'HEAD' });
      await bench.get('/', { method: 'POST', body: 'x' });
      assert.equal((await bench.get('/')).text, 'answer 3');
    },
  },
  {
    name: 'a field named __proto__ in a response is one like any other',
    async run(bench) {
      bench.serve({ headers: { ...FRESH, __proto__: null, 'x-a': '1' } as never });
      await bench.get('/');
      assert.equal((await bench.get('/')).headers['x-a'], '1');
      assert.equal(({} as Record<string, unknown>)['x-a'], undefined);
    },
  },
];
