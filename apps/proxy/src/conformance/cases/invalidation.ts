import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Ask, Lab, Reply } from '../lab.ts';
import { FRESH, steps } from './helpers.ts';

/** Whether a stored response outlives a change. */
async function outlives(lab: Lab, stored: Ask, change: Ask, reply: Reply): Promise<boolean> {
  lab.serve({ fields: [FRESH] });
  assert.equal(await lab.reuses(stored), true);
  lab.serve(reply);
  await lab.ask({ method: 'POST', body: 'x', ...change });
  lab.serve({ fields: [FRESH] });
  return (await lab.ask(stored)).hit;
}

const METHODS = ['POST', 'PUT', 'DELETE', 'PATCH', 'MERGE', 'LINK'] as const;

/** Invalidation: RFC 9111 §4.4. */
export const INVALIDATION: readonly ConformanceCase[] = [
  ...METHODS.flatMap((method) => [
    steps(['9111 §4.4', 'MUST', `a successful ${method} ends what is stored of its URL`], async (lab) => {
      assert.equal(await outlives(lab, {}, { method }, { status: 200 }), false);
    }),
    steps(['9111 §4.4', 'SHOULD', `a ${method} that failed does not`], async (lab) => {
      assert.equal(await outlives(lab, {}, { method }, { status: 500 }), true);
    }),
    ...(['Location', 'Content-Location'] as const).map((name) =>
      steps(['9111 §4.4', 'MAY', `a successful ${method} ends what ${name} names as well`], async (lab) => {
        const fields = [`${name}: ${lab.path}/other`];
        assert.equal(await outlives(lab, { target: '/other' }, { method }, { status: 201, fields }), false);
      }),
    ),
  ]),
  ...[200, 201, 202, 204, 205, 299, 301, 302, 303, 307, 308, 399].map((status) =>
    steps(['9111 §4.4', 'MUST', `${status} is no error, so it ends what is stored`], async (lab) => {
      assert.equal(await outlives(lab, {}, {}, { status, ...(status === 205 ? { body: '' } : {}) }), false);
    }),
  ),
  ...[400, 403, 404, 409, 412, 429, 500, 503, 599].map((status) =>
    steps(['9111 §4.4', 'SHOULD', `${status} is an error, so nothing is ended`], async (lab) => {
      assert.equal(await outlives(lab, {}, {}, { status }), true);
    }),
  ),
  ...(['OPTIONS', 'QUERY'] as const).map((method) =>
    steps(['9111 §4.4', 'MUST', `${method} is safe, so nothing is ended`], async (lab) => {
      assert.equal(await outlives(lab, {}, { method }, { status: 200 }), true);
    }),
  ),
  ...(
    [
      ['relative to the path', 'beside', '/beside', false],
      ['absolute, by the name in Host', 'http://www.example.com%/other', '/other', false],
      ['absolute, in another case', 'HTTP://WWW.EXAMPLE.COM:80%/other', '/other', false],
      ['with a query', '%/other?a=b', '/other?a=b', false],
      ['with a fragment', '%/other#part', '/other', false],
      ['of another host', 'http://other.example%/other', '/other', true],
      ['of another port', 'http://www.example.com:81%/other', '/other', true],
      ['of another scheme', 'ftp://www.example.com%/other', '/other', true],
      ['that is none', 'http://[', '/other', true],
    ] as const
  ).flatMap(([name, value, target, survives]) =>
    (['Location', 'Content-Location'] as const).map((field) =>
      steps(
        [
          '9111 §4.4',
          survives ? 'MUST' : 'MAY',
          `${field} ${name} ${survives ? 'ends nothing' : 'is ended'}`,
        ],
        async (lab) => {
          const fields = [`${field}: ${value.replace('%', lab.path)}`];
          const change = { target: '/change' };
          assert.equal(await outlives(lab, { target }, change, { status: 201, fields }), survives);
        },
      ),
    ),
  ),
  steps(['9111 §4.4', 'MUST', 'all variants of a URL are ended, and nothing of another one'], async (lab) => {
    lab.serve({ fields: [FRESH, 'Vary: Foo'] });
    for (const foo of ['1', '2']) await lab.ask({ fields: [`Foo: ${foo}`] });
    await lab.ask({ target: '?other' });
    await lab.ask({ method: 'POST', body: 'x' });
    for (const foo of ['1', '2']) assert.equal((await lab.ask({ fields: [`Foo: ${foo}`] })).hit, false);
    assert.equal((await lab.ask({ target: '?other' })).hit, true);
  }),
  steps(
    ['9111 §4.4', 'MUST', 'a GET that was under way when its URL was changed is not stored'],
    async (lab) => {
      const release = Promise.withResolvers<void>();
      const arrived = Promise.withResolvers<void>();
      lab.react(async (request) => {
        if (request.method === 'GET') {
          arrived.resolve();
          await release.promise;
        }
        return lab.bytesOf({ fields: [FRESH], body: request.method }, request);
      });
      const slow = lab.ask();
      await arrived.promise;
      await lab.ask({ method: 'PUT', body: 'x' });
      release.resolve();
      assert.equal((await slow).body, 'GET');
      assert.equal((await lab.ask()).hit, false);
    },
  ),
  steps(
    ['9111 §4.4', 'ours', 'what a change answers is not stored for GET, Content-Location or not'],
    async (lab) => {
      lab.serve({ fields: [FRESH, `Content-Location: ${lab.path}`], body: 'of POST' });
      await lab.ask({ method: 'POST', body: 'x' });
      lab.serve({ fields: [FRESH], body: 'of GET' });
      assert.equal((await lab.ask()).body, 'of GET');
    },
  ),
  steps(['9111 §4.4', 'ours', 'a purge by URL, prefix and tag is heard by every proxy'], async (lab) => {
    const purges = [
      () => lab.store.purgeUrl(`${lab.url}/x`),
      () => lab.store.purgePrefix(`${lab.url}/`),
      () => lab.store.purgeTags(['red']),
      () => lab.store.purgeAll(),
    ];
    lab.serve({ fields: [FRESH, 'Cache-Tag: blue, red'] });
    for (const purge of purges) {
      for (let i = 0; i < 3; i++) await lab.ask({ target: '/x' });
      assert.deepEqual(await purge(), { shared: true });
      const next = await lab.ask({ target: '/x' });
      assert.deepEqual([next.hit, /fwd=uri-miss/.test(next.cache)], [false, true]);
    }
  }),
];
