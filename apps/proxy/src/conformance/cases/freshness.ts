import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import { FRESH, freshFor, reuse, steps, type Title } from './helpers.ts';

const cc = (value: string): string => `Cache-Control: ${value}`;

/** Fields and for how many seconds they make a response fresh. */
const LIFETIMES: readonly (readonly [...Title, seconds: number, ...fields: string[]])[] = [
  ['9111 §4.2.1', 'MUST', 'max-age', 60, cc('max-age=60')],
  ['9111 §4.2.1', 'MUST', 's-maxage', 60, cc('s-maxage=60')],
  ['9111 §4.2.1', 'MUST', 's-maxage before max-age, shorter', 30, cc('max-age=60, s-maxage=30')],
  ['9111 §4.2.1', 'MUST', 's-maxage before max-age, longer', 90, cc('s-maxage=90, max-age=60')],
  ['9111 §5.2.2.10', 'MUST', 's-maxage=0 before max-age', 0, cc('s-maxage=0, max-age=60')],
  ['9111 §4.2.1', 'MUST', 'max-age=0', 0, cc('max-age=0')],
  ['9111 §1.2.2', 'MUST', 'a lifetime beyond 31 bits', 2_000_000, cc('max-age=2147483649')],
  ['9111 §1.2.2', 'MUST', 'a lifetime beyond every number', 2_000_000, cc('max-age=99999999999999999999999')],
  ['9111 §4.2.2', 'MUST', 'nothing said, nothing guessed', 0],
  [
    '9111 §4.2.2',
    'ours',
    'Last-Modified alone, nothing guessed',
    0,
    'Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT',
  ],
  [
    '9111 §5.2.2.9',
    'ours',
    'public alone, nothing guessed',
    0,
    cc('public'),
    'Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT',
  ],
];

const lifetimes = LIFETIMES.map(([section, level, name, seconds, ...fields]) =>
  freshFor([section, level, name], seconds, { fields }),
);

/** How caches must read Cache-Control, its odd forms included: RFC 9111 §5.2, RFC 9110 §5.6. */
const PARSED: readonly (readonly [value: string | readonly string[], seconds: number])[] = [
  ['MAX-AGE=60', 60],
  ['mAx-AgE=60', 60],
  ['max-age="60"', 60],
  ['max-age=0060', 60],
  [' ,, max-age=60 ,,', 60],
  ['\tmax-age=60\t', 60],
  ['foo,max-age=60,bar', 60],
  ['foo=bar, max-age=60', 60],
  ['foo="max-age=1", max-age=60', 60],
  ['foo="max-age=99", max-age=60', 60],
  ['max-age=60, foo="max-age=1"', 60],
  ['max-age=60, foo="a, no-store, b"', 60],
  ['foo="\\", max-age=1", max-age=60', 60],
  ['foo="a\\\\", max-age=60', 60],
  ['foo=", max-age=60', 60],
  ['max-agent=1, max-age=60', 60],
  ['x-max-age=1, max-age=60', 60],
  [['foo', 'max-age=60'], 60],
  [['max-age=60', 'public'], 60],
  [['max-age=60', 'max-age=30'], 30],
  ['max-age=30, max-age=60', 30],
  ['s-maxage=30, s-maxage=60, max-age=90', 30],
  ['max-age', 0],
  ['max-age=', 0],
  ['max-age=""', 0],
  ['max-age=-60', 0],
  ['max-age=+60', 0],
  ['max-age=60.0', 0],
  ['max-age=60.5', 0],
  ['max-age=6e1', 0],
  ['max-age=0x60', 0],
  ['max-age=a60', 0],
  ['max-age=60a', 0],
  ['max-age=60s', 0],
  ["max-age='60'", 0],
  ['max-age=`60`', 0],
  ['max-age=60;', 0],
  ['max-age=60 public', 0],
  ['max-age =60', 0],
  ['max-age= 60', 0],
  ['max-age = 60', 0],
  ['max-age="60', 0],
  ['max-age=60"', 0],
  ['max-age:60', 0],
  ['maxage=60', 0],
  ['foo="max-age=60"', 0],
  ["foo='max-age=60', max-age=0", 0],
  ['max-age=60, s-maxage=x', 0],
  ['no-store, max-age=60', 0],
  ['NO-STORE, max-age=60', 0],
  ['no-store=1, max-age=60', 0],
  ['no-store="x", max-age=60', 0],
  ['max-age=60, foo="a", no-store', 0],
  ['max-age=60, foo=", no-store', 0],
  [['max-age=60', 'no-store'], 0],
  ['private, max-age=60', 0],
  ['private="x-a", max-age=60', 0],
  ['private=, max-age=60', 0],
];

const parsed = PARSED.map(([value, seconds]) => {
  const values = [value].flat();
  return freshFor(['9111 §5.2', 'SHOULD', `Cache-Control "${values.join('" and "')}"`], seconds, {
    fields: values.map(cc),
  });
});

/** Expires in seconds from now or as it is, and for how many seconds a response with it is fresh. */
const EXPIRES: readonly (readonly [
  ...Title,
  seconds: number,
  expires: number | string | readonly string[],
])[] = [
  ['9111 §5.3', 'MUST', 'a date to come', 60, 60],
  ['9111 §5.3', 'MUST', 'now', 0, 0],
  ['9111 §5.3', 'MUST', 'the past', 0, -60],
  ['9111 §5.3', 'MUST', '0', 0, '0'],
  ['9111 §5.3', 'MUST', '-1', 0, '-1'],
  ['9111 §5.3', 'MUST', 'a number', 0, '60'],
  ['9111 §5.3', 'MUST', 'nothing', 0, ''],
  ['9111 §5.3', 'MUST', 'a word', 0, 'tomorrow'],
  ['9110 §5.6.7', 'MUST', 'another zone', 0, 'Thu, 18 Aug 2050 02:01:18 AEST'],
  ['9110 §5.6.7', 'MUST', 'UTC', 0, 'Thu, 18 Aug 2050 02:01:18 UTC'],
  ['9110 §5.6.7', 'MUST', 'no zone', 0, 'Thu, 18 Aug 2050 02:01:18'],
  ['9110 §5.6.7', 'MUST', 'an offset', 0, 'Thu, 18 Aug 2050 02:01:18 +0000'],
  ['9110 §5.6.7', 'MUST', 'ISO 8601', 0, '2050-08-18T02:01:18Z'],
  ['9110 §5.6.7', 'MUST', 'in lower case', 0, 'thu, 18 aug 2050 02:01:18 gmt'],
  ['9110 §5.6.7', 'MUST', 'no comma', 0, 'Thu 18 Aug 2050 02:01:18 GMT'],
  ['9110 §5.6.7', 'MUST', 'two spaces', 0, 'Thu, 18  Aug 2050 02:01:18 GMT'],
  ['9110 §5.6.7', 'MUST', 'dashes', 0, 'Thu, 18-Aug-2050 02:01:18 GMT'],
  ['9110 §5.6.7', 'MUST', 'dots in the time', 0, 'Thu, 18 Aug 2050 02.01.18 GMT'],
  ['9110 §5.6.7', 'MUST', 'an hour of one digit', 0, 'Thu, 18 Aug 2050 2:01:18 GMT'],
  ['9110 §5.6.7', 'MUST', 'a day that no month has', 0, 'Thu, 31 Feb 2050 02:01:18 GMT'],
  ['9110 §5.6.7', 'MUST', 'an hour that no day has', 0, 'Thu, 18 Aug 2050 24:01:18 GMT'],
  ['9110 §5.6.7', 'MUST', 'no day of the week', 0, '18 Aug 2050 02:01:18 GMT'],
  ['9110 §5.6.7', 'MUST', 'RFC 850', 2_000_000, 'Thursday, 18-Aug-50 02:01:18 GMT'],
  ['9110 §5.6.7', 'MUST', 'asctime', 2_000_000, 'Thu Aug 18 02:01:18 2050'],
  [
    '9110 §5.6.7',
    'MUST',
    'a year of two digits more than 50 years ahead',
    0,
    'Monday, 18-Aug-98 02:01:18 GMT',
  ],
  [
    '9111 §4.2.1',
    'SHOULD',
    'two of them',
    0,
    ['Thu, 18 Aug 2050 02:01:18 GMT', 'Thu, 18 Aug 2050 02:01:18 GMT'],
  ],
  ['9111 §5.3', 'MUST', 'a list of two', 0, 'Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:18 GMT'],
];

const expires = EXPIRES.map(([section, level, name, seconds, value]) =>
  freshFor([section, level, `Expires: ${name}`], seconds, (lab) => ({
    fields: [value].flat().map((one) => `Expires: ${typeof one === 'number' ? lab.date(one) : one}`),
  })),
);

/** Age, and how many of 60 s are left. */
const AGES: readonly (readonly [...Title, left: number, ...ages: string[]])[] = [
  ['9111 §4.2.3', 'MUST', '30', 30, '30'],
  ['9111 §4.2.3', 'MUST', '60', 0, '60'],
  ['9111 §4.2.3', 'MUST', '9999', 0, '9999'],
  ['9111 §1.2.2', 'MUST', 'more than 31 bits', 0, '2147483649'],
  ['9111 §1.2.2', 'MUST', 'more than any number', 0, '99999999999999999999999'],
  ['9111 §5.1', 'SHOULD', 'the first of a list', 30, '30, 50'],
  ['9111 §5.1', 'SHOULD', 'the first of a list without spaces', 30, '30,0'],
  ['9111 §5.1', 'SHOULD', 'the first of two lines', 30, '30', '50'],
  ['9111 §5.1', 'SHOULD', 'not a number', 60, 'abc'],
  ['9111 §5.1', 'SHOULD', 'negative', 60, '-30'],
  ['9111 §5.1', 'SHOULD', 'signed', 60, '+30'],
  ['9111 §5.1', 'SHOULD', 'a fraction', 60, '30.0'],
  ['9111 §5.1', 'SHOULD', 'a parameter', 60, '30;x=1'],
  ['9111 §5.1', 'SHOULD', 'quoted', 60, '"30"'],
  ['9111 §5.1', 'SHOULD', 'in another base', 60, '0x30'],
  ['9111 §5.1', 'SHOULD', 'with a unit', 60, '30s'],
  ['9111 §5.1', 'SHOULD', 'with an exponent', 60, '3e1'],
  ['9111 §5.1', 'SHOULD', 'empty', 60, ''],
];

const ages = AGES.map(([section, level, name, left, ...values]) =>
  freshFor([section, level, `Age: ${name}`], left, {
    fields: [FRESH, ...values.map((value) => `Age: ${value}`)],
  }),
);

/** Freshness and age: RFC 9111 §4.2, §5.1, §5.3. */
export const FRESHNESS: readonly ConformanceCase[] = [
  ...lifetimes,
  ...parsed,
  ...expires,
  ...ages,
  freshFor(['9111 §4.2.3', 'MUST', 'an old Date counts as age'], 20, (lab) => ({
    fields: [FRESH, `Date: ${lab.date(-40)}`],
  })),
  freshFor(['9111 §4.2.3', 'MUST', 'the older of Date and Age counts: Date'], 20, (lab) => ({
    fields: [FRESH, 'Age: 10', `Date: ${lab.date(-40)}`],
  })),
  freshFor(['9111 §4.2.3', 'MUST', 'the older of Date and Age counts: Age'], 20, (lab) => ({
    fields: [FRESH, 'Age: 40', `Date: ${lab.date(-10)}`],
  })),
  freshFor(['9111 §4.2.3', 'MUST', 'a Date to come is no age'], 60, (lab) => ({
    fields: [FRESH, `Date: ${lab.date(3_600)}`],
  })),
  freshFor(['9111 §4.2.3', 'ours', 'a Date that is none is no age'], 60, {
    fields: [FRESH, 'Date: yesterday'],
  }),
  freshFor(['9111 §4.2.1', 'MUST', 'Expires is measured from Date, not from the clock here'], 60, (lab) => ({
    fields: [`Expires: ${lab.date(3_660)}`, `Date: ${lab.date(3_600)}`],
  })),
  freshFor(['9111 §4.2.1', 'MUST', 'Expires without Date is measured from its arrival'], 60, (lab) => ({
    fields: [`Expires: ${lab.date(60)}`],
    dateless: true,
  })),
  freshFor(['9111 §4.2.3', 'MUST', 'Age counts against Expires too'], 30, (lab) => ({
    fields: [`Expires: ${lab.date(60)}`, 'Age: 30'],
  })),
  freshFor(['9111 §5.3', 'MUST', 'max-age counts, Expires in the past does not'], 60, (lab) => ({
    fields: [FRESH, `Expires: ${lab.date(-60)}`],
  })),
  freshFor(['9111 §5.3', 'MUST', 'max-age=0 counts, Expires to come does not'], 0, (lab) => ({
    fields: [cc('max-age=0'), `Expires: ${lab.date(60)}`],
  })),
  freshFor(['9111 §5.3', 'MUST', 's-maxage counts, Expires does not'], 60, (lab) => ({
    fields: [cc('s-maxage=60'), `Expires: ${lab.date(-60)}`],
  })),
  freshFor(['9111 §4.2.1', 'ours', 'a max-age that is none is stale, whatever Expires says'], 0, (lab) => ({
    fields: [cc('max-age=x'), `Expires: ${lab.date(60)}`],
  })),
  steps(['9111 §4.2.3', 'MUST', 'the time that a response was under way counts as age'], async (lab) => {
    lab.serve(() => {
      lab.advance(5);
      return { fields: [FRESH] };
    });
    await lab.ask();
    assert.equal((await lab.ask()).value('age'), '5');
  }),
  steps(
    [
      '9111 §5.1',
      'MUST',
      'Age comes with what was stored, in whole seconds, and replaces that of the origin',
    ],
    async (lab) => {
      lab.serve({ fields: [FRESH, 'Age: 10'] });
      assert.deepEqual((await lab.ask()).values('age'), ['10']);
      lab.advance(7.9);
      assert.deepEqual((await lab.ask()).values('age'), ['17']);
    },
  ),
  steps(['9111 §5.1', 'MUST', 'no Age comes with what the origin has just made'], async (lab) => {
    lab.serve({ fields: [FRESH] });
    assert.deepEqual((await lab.ask()).values('age'), []);
  }),
  steps(['9110 §6.6.1', 'MUST', 'Date stays as the origin made it'], async (lab) => {
    const date = lab.date(-3);
    lab.serve({ fields: [FRESH, `Date: ${date}`] });
    await lab.ask();
    lab.advance(9);
    assert.deepEqual((await lab.ask()).values('date'), [date]);
  }),
  steps(
    ['9110 §6.6.1', 'MUST', 'a response without Date is stored with the time it came in'],
    async (lab) => {
      lab.serve({ fields: [FRESH], dateless: true });
      const date = lab.date();
      await lab.ask();
      lab.advance(9);
      assert.deepEqual((await lab.ask()).values('date'), [date]);
    },
  ),
  ...([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501] as const).map((status) =>
    reuse(
      ['9111 §4.2.2', 'MAY', `asked for, a lifetime is guessed for ${status}`],
      true,
      { status, fields: ['Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT'] },
      { options: { cache: { heuristic: {} } } },
    ),
  ),
  ...([201, 202, 302, 303, 307, 400, 403, 500, 502, 503, 504, 599] as const).map((status) =>
    reuse(
      ['9111 §4.2.2', 'MUST', `none is guessed for ${status}, asked for or not`],
      false,
      { status, fields: ['Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT'] },
      { options: { cache: { heuristic: {} } } },
    ),
  ),
  reuse(
    ['9111 §4.2.2', 'MUST', 'none is guessed where a lifetime is given'],
    false,
    { fields: [cc('max-age=1'), 'Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT'] },
    { options: { cache: { heuristic: {} } }, wait: 2 },
  ),
];
