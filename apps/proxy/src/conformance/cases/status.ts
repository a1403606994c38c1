import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import { FRESH, reuse, steps, tagged } from './helpers.ts';

/** CDN-Cache-Control and Cache-Control, and whether a response with both is used again: RFC 9213. */
const TARGETED: readonly (readonly [targeted: string | readonly string[], general: string, used: boolean])[] =
  [
    ['max-age=60', 'max-age=0', true],
    ['max-age=60', 'no-store', true],
    ['max-age=60', 'private', true],
    ['s-maxage=60', 'no-store', true],
    ['no-store', 'max-age=60', false],
    ['private', 'public, max-age=60', false],
    ['max-age=0', 'max-age=60', false],
    ['no-cache', 'max-age=60', false],
    ['public', 'max-age=60', false],
    ['', 'max-age=60', true],
    ['max-age="60"', 'max-age=60', false],
    ['max-age=60.5', 'max-age=60', false],
    ['max-age=-1', 'max-age=60', false],
    ['max-age=?1', 'max-age=60', false],
    ['max-age', 'max-age=60', false],
    ['max-age=60, max-age=0', 'max-age=60', false],
    ['max-age=0, max-age=60', 'no-store', true],
    ['max-age=60;x=1', 'no-store', true],
    ['no-store;x=1', 'max-age=60', false],
    ['no-store=?0, max-age=60', 'no-store', true],
    ['foo=bar, max-age=60', 'no-store', true],
    ['foo="a, b", max-age=60', 'no-store', true],
    [['max-age=60', 'foo'], 'no-store', true],
    ['max-age=60,', 'max-age=0', false],
    ['max-age=60,,foo', 'max-age=0', false],
    ['max-age =60', 'max-age=0', false],
    ['max-age=60 foo', 'max-age=0', false],
    ['&&&', 'max-age=60', true],
    ['&&&', 'no-store', false],
    ['Max-Age=60', 'max-age=60', true],
    ['Max-Age=0', 'max-age=60', true],
  ];

/** Targeted fields: RFC 9213; Cache-Status: RFC 9211. */
export const STATUS: readonly ConformanceCase[] = [
  ...TARGETED.map(([targeted, general, used]) =>
    reuse(
      [
        '9213 §2.2',
        'MUST',
        `CDN-Cache-Control "${[targeted].flat().join('" and "')}" beside "${general}": ${used ? 'used' : 'not used'} again`,
      ],
      used,
      {
        fields: [
          ...[targeted].flat().map((line) => `CDN-Cache-Control: ${line}`),
          `Cache-Control: ${general}`,
        ],
      },
    ),
  ),
  steps(
    ['9213 §2.2', 'MUST', 'Expires does not count beside a targeted field, and the field goes on'],
    async (lab) => {
      lab.serve({
        fields: ['CDN-Cache-Control: max-age=60', `Expires: ${lab.date(-60)}`, 'Cache-Control: no-cache'],
      });
      await lab.ask();
      const hit = await lab.ask();
      assert.deepEqual([hit.hit, hit.value('cdn-cache-control')], [true, 'max-age=60']);
      assert.equal(hit.value('cache-control'), 'no-cache');
    },
  ),
  reuse(['9213 §2.1', 'MUST', 'a field for others means nothing here'], false, {
    fields: ['Example-Cache-Control: max-age=60', 'Surrogate-Control: max-age=60'],
  }),
  reuse(
    ['9213 §2.2', 'MUST', 'the first of the target list decides'],
    true,
    { fields: ['Edge-Cache-Control: max-age=60', 'CDN-Cache-Control: no-store'] },
    { options: { cache: { targetedFields: ['edge-cache-control', 'cdn-cache-control'] } } },
  ),
  steps(['9211 §2', 'MUST', 'a miss, a hit, a stale one, a demand, each by its name'], async (lab) => {
    tagged(lab, () => '"v1"');
    const ask = async (...fields: string[]) => (await lab.ask({ fields })).cache;
    assert.equal(await ask(), 'evenkeel; fwd=uri-miss; fwd-status=200; stored');
    lab.advance(20);
    assert.equal(await ask(), 'evenkeel; hit; ttl=40');
    lab.advance(50);
    assert.equal(await ask('Cache-Control: max-stale'), 'evenkeel; hit; ttl=-10');
    assert.equal(await ask(), 'evenkeel; fwd=stale; fwd-status=304; ttl=60; stored');
    assert.equal(
      await ask('Cache-Control: no-cache'),
      'evenkeel; fwd=request; fwd-status=304; ttl=60; stored',
    );
    assert.equal(await ask('Cache-Control: no-store'), 'evenkeel; fwd=bypass; fwd-status=200');
    assert.equal(
      (await lab.ask({ method: 'POST', body: 'x' })).cache,
      'evenkeel; fwd=method; fwd-status=200',
    );
  }),
  steps(
    ['9211 §2.2', 'MUST', 'a missing variant is told from a missing URL, after a purge too'],
    async (lab) => {
      lab.serve({ fields: [FRESH, 'Vary: Foo'] });
      const ask = async (foo: string) => (await lab.ask({ fields: [`Foo: ${foo}`] })).cache;
      assert.match(await ask('1'), /; fwd=uri-miss;/);
      assert.match(await ask('2'), /; fwd=vary-miss;/);
      await lab.store.purgeUrl(lab.url);
      assert.match(await ask('3'), /; fwd=uri-miss;/);
      assert.match(await ask('1'), /; fwd=vary-miss;/);
    },
  ),
  ...(
    [
      ['no-store', ['Cache-Control: no-store'], {}],
      ['private', ['Cache-Control: private, max-age=60'], {}],
      ['set-cookie', [FRESH, 'Set-Cookie: a=b'], {}],
      ['vary', [FRESH, 'Vary: *'], {}],
      ['no-lifetime', [], {}],
      ['authorization', [FRESH], { fields: ['Authorization: Basic YTpi'] }],
    ] as const
  ).map(([detail, fields, request]) =>
    steps(['9211 §2.8', 'MAY', `why a response is not stored: ${detail}`], async (lab) => {
      lab.serve({ fields });
      assert.equal(
        (await lab.ask(request)).cache,
        `evenkeel; fwd=uri-miss; fwd-status=200; detail=${detail}`,
      );
    }),
  ),
  steps(['9211 §2', 'MUST', 'a member comes after those of caches nearer to the origin'], async (lab) => {
    lab.serve({
      fields: [FRESH, 'Cache-Status: inner; hit; ttl=3', 'Cache-Status: "mid, dle"; fwd=uri-miss'],
    });
    await lab.ask();
    const hit = await lab.ask();
    assert.equal(
      hit.value('cache-status'),
      'inner; hit; ttl=3, "mid, dle"; fwd=uri-miss, evenkeel; hit; ttl=60',
    );
  }),
  steps(
    ['9211 §2', 'MAY', 'cacheStatus: false adds nothing'],
    async (lab) => {
      lab.serve({ fields: [FRESH] });
      await lab.ask();
      const second = await lab.ask();
      assert.deepEqual([second.value('cache-status'), lab.seen.length], [undefined, 1]);
    },
    { cache: { cacheStatus: false } },
  ),
];
