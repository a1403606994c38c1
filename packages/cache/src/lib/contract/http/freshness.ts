import assert from 'node:assert/strict';
import type { HttpCase } from '../http-case.ts';

/** Cache-Control values, and for how many seconds each makes a response fresh. */
const LIFETIMES: readonly (readonly [value: string, seconds: number])[] = [
  ['max-age=60', 60],
  ['MaX-aGe=60', 60],
  ['max-age="60"', 60],
  ['s-maxage=90, max-age=60', 90],
  ['max-age=60, s-maxage=30', 30],
  ['max-age=60, max-age=30', 30],
  ['public, max-age=60, foo="bar, max-age=1"', 60],
  ['foo="no-store, \\"private", max-age=60', 60],
  ['max-age=99999999999999999999', 60],
  ['max-age=0', 0],
  ['max-age=-1', 0],
  ['max-age=60.5', 0],
  ['max-age=sixty', 0],
  ['max-age = 60', 0],
  ['max-age="60', 0],
  ['max-age=', 0],
  ['max-age=60, s-maxage=x', 0],
  ['public', 0],
];

const lifetimes: readonly HttpCase[] = LIFETIMES.map(([value, seconds]) => ({
  name: `RFC 9111 4.2.1, 5.2: ${value} is fresh for ${seconds} s`,
  async run(bench) {
    bench.serve({ headers: { 'cache-control': value } });
    await bench.get('/');
    bench.advance(Math.max(0, seconds - 1));
    await bench.get('/');
    assert.equal(bench.seen.length, seconds === 0 ? 2 : 1);
    if (seconds === 0 || value.includes('999')) return;
    bench.advance(1);
    await bench.get('/');
    assert.equal(bench.seen.length, 2);
  },
}));

/** Expires and Date in seconds from now, or as they are, and whether the response is fresh. */
const EXPIRES: readonly (readonly [expires: number | string, date: number | undefined, fresh: boolean])[] = [
  [60, 0, true],
  [60, undefined, true],
  [0, 0, false],
  [-60, 0, false],
  ['0', 0, false],
  ['-1', 0, false],
  ['', 0, false],
  ['tomorrow', 0, false],
  ['Thu, 01 Dec 2039 16:00:00 EST', 0, false],
  ['Thu, 31 Feb 2039 16:00:00 GMT', 0, false],
  ['Thursday, 18-Aug-50 02:01:18 GMT', 0, true],
  ['Thu Aug  8 02:01:18 2050', 0, true],
];

const expires: readonly HttpCase[] = EXPIRES.map(([when, date, fresh]) => ({
  name: `RFC 9111 5.3: Expires "${when}" with ${date === undefined ? 'no Date' : 'Date'} is ${fresh ? 'fresh' : 'stale'}`,
  async run(bench) {
    const value = typeof when === 'number' ? bench.date(when) : when;
    bench.serve({ headers: { expires: value }, dateless: date === undefined });
    assert.equal(await bench.isStored('/'), fresh);
  },
}));

/** Age values of an upstream cache, and how many seconds of a minute are left. */
const AGES: readonly (readonly [age: string | readonly string[], left: number])[] = [
  ['30', 30],
  ['30, 10', 30],
  [['30', '10'], 30],
  ['-30', 60],
  ['30.5', 60],
  ['thirty', 60],
  ['60', 0],
  ['99999999999', 0],
];

const ages: readonly HttpCase[] = AGES.map(([age, left]) => ({
  name: `RFC 9111 5.1: Age ${JSON.stringify(age)} leaves ${left} of 60 s`,
  async run(bench) {
    bench.serve({ headers: { 'cache-control': 'max-age=60', age } });
    await bench.get('/');
    if (left > 0) {
      bench.advance(left - 1);
      const hit = await bench.get('/');
      assert.equal(hit.headers.age, '59');
      assert.equal(bench.seen.length, 1);
      bench.advance(1);
    }
    await bench.get('/');
    assert.equal(bench.seen.length, 2);
  },
}));

/** Freshness and age: RFC 9111 4.2, 5.1, 5.3 and RFC 9213. */
export const FRESHNESS: readonly HttpCase[] = [
  ...lifetimes,
  ...expires,
  ...ages,
  {
    name: 'RFC 9111 5.1: Age is sent with a stored response only, in whole seconds',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60' } });
      assert.equal((await bench.get('/')).headers.age, undefined);
      bench.advance(12.9);
      assert.equal((await bench.get('/')).headers.age, '12');
    },
  },
  {
    name: 'RFC 9111 4.2.3: an old Date counts as age',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60', date: bench.date(-40) } });
      await bench.get('/');
      assert.equal((await bench.get('/')).headers.age, '40');
      bench.advance(20);
      await bench.get('/');
      assert.equal(bench.seen.length, 2);
    },
  },
  {
    name: 'RFC 9111 4.2.3: Expires is measured from Date, not from the clock here',
    async run(bench) {
      bench.serve({ headers: { expires: bench.date(3_660), date: bench.date(3_600) } });
      await bench.get('/');
      bench.advance(59);
      await bench.get('/');
      assert.equal(bench.seen.length, 1);
      bench.advance(1);
      await bench.get('/');
      assert.equal(bench.seen.length, 2);
    },
  },
  {
    name: 'RFC 9111 5.2.2.1: max-age counts, Expires does not',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60', expires: bench.date(-60) } });
      assert.equal(await bench.isStored('/'), true);
    },
  },
  {
    name: 'RFC 9111 4.2.2: no lifetime is guessed unless asked for',
    async run(bench) {
      bench.serve({ headers: { 'last-modified': bench.date(-86_400) } });
      assert.equal(await bench.isStored('/'), false);
    },
  },
  {
    name: 'RFC 9111 4.2.2: asked for, a tenth of the time since Last-Modified',
    options: { cache: { heuristic: {} } },
    async run(bench) {
      bench.serve({ headers: { 'last-modified': bench.date(-600) } });
      await bench.get('/');
      bench.advance(59);
      await bench.get('/');
      assert.equal(bench.seen.length, 1);
      bench.advance(2);
      await bench.get('/');
      assert.equal(bench.seen.length, 2);
    },
  },
  {
    name: 'RFC 9110 6.6.1: a response without Date gets one when it is stored',
    async run(bench) {
      bench.serve({ headers: { 'cache-control': 'max-age=60' }, dateless: true });
      await bench.get('/');
      assert.equal((await bench.get('/')).headers.date, bench.date());
    },
  },
  ...(
    [
      ['max-age=60', 'max-age=0', true],
      ['max-age=60', 'no-store', true],
      ['no-store', 'max-age=60', false],
      ['max-age=0', 'max-age=60', false],
      ['private;x=1, max-age=60', 'max-age=60', false],
      ['max-age="60"', 'max-age=60', false],
      ['', 'max-age=60', true],
      ['max-age=60,', 'max-age=0', false],
      ['Max-Age=60', 'max-age=60', true],
      ['max-age=60, max-age=0', 'max-age=60', false],
    ] as const
  ).map(
    ([targeted, general, stored]): HttpCase => ({
      name: `RFC 9213: CDN-Cache-Control "${targeted}" beside "${general}" is ${stored ? 'stored' : 'not used again'}`,
      async run(bench) {
        bench.serve({ headers: { 'cdn-cache-control': targeted, 'cache-control': general } });
        assert.equal(await bench.isStored('/'), stored);
      },
    }),
  ),
];
