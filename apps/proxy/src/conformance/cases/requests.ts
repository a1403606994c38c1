import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import { FRESH, reuse, steps, type Title } from './helpers.ts';

/** Directives of a request, and whether a response of 60 s that is 30 s old answers it. */
const DEMANDS: readonly (readonly [...Title, hit: boolean, ...fields: string[]])[] = [
  ['9111 §5.2.1.1', 'ours', 'max-age=0', false, 'Cache-Control: max-age=0'],
  ['9111 §5.2.1.1', 'ours', 'max-age below its age', false, 'Cache-Control: max-age=29'],
  ['9111 §5.2.1.1', 'ours', 'max-age of its age', true, 'Cache-Control: max-age=30'],
  ['9111 §5.2.1.1', 'ours', 'max-age above its age', true, 'Cache-Control: max-age=31'],
  ['9111 §5.2.1.3', 'ours', 'min-fresh of what is left', true, 'Cache-Control: min-fresh=30'],
  ['9111 §5.2.1.3', 'ours', 'min-fresh above what is left', false, 'Cache-Control: min-fresh=31'],
  ['9111 §5.2.1.4', 'ours', 'no-cache', false, 'Cache-Control: no-cache'],
  ['9111 §5.2.1.4', 'ours', 'no-cache in upper case', false, 'Cache-Control: NO-CACHE'],
  ['9111 §5.2.1.5', 'ours', 'no-store', false, 'Cache-Control: no-store'],
  ['9111 §5.2.1.6', 'ours', 'no-transform', true, 'Cache-Control: no-transform'],
  ['9111 §5.2.1.7', 'SHOULD', 'only-if-cached', true, 'Cache-Control: only-if-cached'],
  ['9111 §5.2.3', 'MUST', 'a directive nobody knows', true, 'Cache-Control: foo=bar'],
  ['9111 §5.4', 'ours', 'Pragma: no-cache', false, 'Pragma: no-cache'],
  [
    '9111 §5.4',
    'MUST',
    'Pragma: no-cache beside Cache-Control',
    true,
    'Pragma: no-cache',
    'Cache-Control: max-age=60',
  ],
  ['9111 §5.4', 'ours', 'another Pragma', true, 'Pragma: foo'],
  ['9111 §5.2.1.2', 'ours', 'max-stale', true, 'Cache-Control: max-stale'],
];

/** Directives of a request, and whether a response that became stale 10 s ago answers it. */
const STALE: readonly (readonly [...Title, hit: boolean, value: string])[] = [
  ['9111 §5.2.1.2', 'ours', 'max-stale', true, 'max-stale'],
  ['9111 §5.2.1.2', 'ours', 'max-stale above that', true, 'max-stale=11'],
  ['9111 §5.2.1.2', 'ours', 'max-stale of that', true, 'max-stale=10'],
  ['9111 §5.2.1.2', 'ours', 'max-stale below that', false, 'max-stale=9'],
  ['9111 §5.2.1.2', 'ours', 'max-stale that is none', false, 'max-stale=x'],
  ['9111 §4.2.4', 'MUST', 'nothing', false, ''],
];

/** What requests demand: RFC 9111 §5.2.1, §5.4. */
export const REQUESTS: readonly ConformanceCase[] = [
  ...DEMANDS.map(([section, level, name, hit, ...fields]) =>
    reuse(
      [section, level, `a request with ${name} ${hit ? 'is answered from the store' : 'goes to the origin'}`],
      hit,
      { fields: [FRESH] },
      { first: {}, second: { fields }, wait: 30 },
    ),
  ),
  ...STALE.map(([section, level, name, hit, value]) =>
    reuse(
      [section, level, `a stale response ${hit ? 'answers' : 'does not answer'} a request with ${name}`],
      hit,
      { fields: [FRESH, 'ETag: "a"'] },
      { first: {}, second: value === '' ? {} : { fields: [`Cache-Control: ${value}`] }, wait: 70 },
    ),
  ),
  ...(['must-revalidate', 'proxy-revalidate', 'no-cache', 's-maxage=60'] as const).map((directive) =>
    reuse(
      ['9111 §4.2.4', 'MUST', `max-stale of a request does not outweigh ${directive}`],
      false,
      { fields: [`Cache-Control: max-age=60, ${directive}`, 'ETag: "a"'] },
      { first: {}, second: { fields: ['Cache-Control: max-stale'] }, wait: 70 },
    ),
  ),
  steps(
    ['9111 §5.2.1.7', 'SHOULD', 'only-if-cached gets a 504 where nothing is stored, and nobody is asked'],
    async (lab) => {
      const answer = await lab.ask({ fields: ['Cache-Control: only-if-cached'] });
      assert.deepEqual([answer.status, lab.seen.length, answer.complete], [504, 0, true]);
    },
  ),
  steps(['9111 §5.2.1.7', 'SHOULD', 'and where what is stored is stale'], async (lab) => {
    lab.serve({ fields: [FRESH, 'ETag: "a"'] });
    await lab.ask();
    lab.advance(61);
    assert.equal((await lab.ask({ fields: ['Cache-Control: only-if-cached'] })).status, 504);
    assert.equal(lab.seen.length, 1);
  }),
  steps(['9111 §5.2.1.4', 'MUST', 'what no-cache fetched is stored for others'], async (lab) => {
    lab.serve({ fields: [FRESH] });
    await lab.ask();
    await lab.ask({ fields: ['Cache-Control: no-cache'] });
    const hit = await lab.ask();
    assert.deepEqual([hit.hit, hit.body], [true, '2']);
  }),
  steps(['9111 §5.2', 'MUST', 'the directives of a request and of a response go on'], async (lab) => {
    lab.serve({ fields: ['Cache-Control: max-age=60, foo="bar"'] });
    const first = await lab.ask({ fields: ['Cache-Control: no-cache, foo=bar'] });
    assert.deepEqual(lab.seen[0]?.values('cache-control'), ['no-cache, foo=bar']);
    assert.deepEqual(first.values('cache-control'), ['max-age=60, foo="bar"']);
    assert.deepEqual((await lab.ask()).values('cache-control'), ['max-age=60, foo="bar"']);
  }),
  reuse(['9111 §5.4', 'MUST', 'Pragma in a response means nothing'], true, {
    fields: [FRESH, 'Pragma: no-cache'],
  }),
  ...(['Cache-Control: no-cache', 'Cache-Control: max-age=0', 'Pragma: no-cache'] as const).map((line) =>
    reuse(
      ['9111 §5.2.1', 'MAY', `with honourRequest: false a client cannot demand the origin by ${line}`],
      true,
      { fields: [FRESH] },
      { first: {}, second: { fields: [line] }, options: { cache: { honourRequest: false } } },
    ),
  ),
];

/** Ranges: RFC 9110 §14, RFC 9111 §3.4. */
export const RANGES: readonly ConformanceCase[] = [
  ...(
    [
      ['bytes=2-4', [206, '234', 'bytes 2-4/10']],
      ['bytes=0-0', [206, '0', 'bytes 0-0/10']],
      ['bytes=8-', [206, '89', 'bytes 8-9/10']],
      ['bytes=-3', [206, '789', 'bytes 7-9/10']],
      ['bytes=-99', [206, '0123456789', 'bytes 0-9/10']],
      ['bytes=8-99', [206, '89', 'bytes 8-9/10']],
      ['bytes=10-', [416, '', 'bytes */10']],
      ['bytes=-0', [416, '', 'bytes */10']],
      ['bytes=4-2', [200, '0123456789', undefined]],
      ['bytes=', [200, '0123456789', undefined]],
      ['bytes=a-b', [200, '0123456789', undefined]],
      ['bytes 2-4', [200, '0123456789', undefined]],
      ['items=2-4', [200, '0123456789', undefined]],
      ['bytes=0-1, 4-5', [200, '0123456789', undefined]],
      ['bytes=99999999999999999999-', [416, '', 'bytes */10']],
    ] as const
  ).map(([range, expected]) =>
    steps(['9110 §14.2', 'MAY', `Range: ${range} of a stored response is a ${expected[0]}`], async (lab) => {
      lab.serve({ fields: [FRESH, 'ETag: "v1"'], body: '0123456789' });
      await lab.ask();
      const answer = await lab.ask({ fields: [`Range: ${range}`] });
      assert.deepEqual([answer.status, answer.body, answer.value('content-range')], expected);
      assert.deepEqual([answer.complete, lab.seen.length], [true, 1]);
    }),
  ),
  ...(
    [
      ['"v1"', 206],
      ['"v0"', 200],
      ['W/"v1"', 200],
      ['Mon, 01 Jan 2024 00:00:00 GMT', 206],
      ['Tue, 02 Jan 2024 00:00:00 GMT', 200],
      ['rubbish', 200],
    ] as const
  ).map(([condition, status]) =>
    steps(['9110 §13.1.5', 'MUST', `If-Range: ${condition} is a ${status}`], async (lab) => {
      lab.serve({
        fields: [FRESH, 'ETag: "v1"', 'Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT'],
        body: '0123456789',
      });
      await lab.ask();
      const answer = await lab.ask({ fields: ['Range: bytes=0-1', `If-Range: ${condition}`] });
      assert.deepEqual([answer.status, lab.seen.length], [status, 1]);
    }),
  ),
  steps(['9110 §14.2', 'MUST', 'a condition that is met comes before a range'], async (lab) => {
    lab.serve({ fields: [FRESH, 'ETag: "v1"'], body: '0123456789' });
    await lab.ask();
    assert.equal((await lab.ask({ fields: ['Range: bytes=0-1', 'If-None-Match: "v1"'] })).status, 304);
  }),
  steps(['9110 §14.2', 'MUST', 'a range of HEAD and of another status means nothing'], async (lab) => {
    lab.serve({ fields: [FRESH], body: '0123456789' });
    await lab.ask();
    assert.equal((await lab.ask({ method: 'HEAD', fields: ['Range: bytes=0-1'] })).status, 200);
    lab.serve({ status: 404, fields: [FRESH], body: '0123456789' });
    await lab.ask({ target: '/none' });
    const none = await lab.ask({ target: '/none', fields: ['Range: bytes=0-1'] });
    assert.deepEqual([none.status, none.body], [404, '0123456789']);
  }),
  steps(
    ['9111 §3.3', 'MUST', 'a part that the origin sent is handed on, never stored or taken for the whole'],
    async (lab) => {
      lab.serve((request) =>
        request.value('range') === undefined
          ? { fields: [FRESH, 'ETag: "v1"'], body: '0123456789' }
          : { status: 206, fields: [FRESH, 'ETag: "v1"', 'Content-Range: bytes 0-1/10'], body: '01' },
      );
      const part = await lab.ask({ fields: ['Range: bytes=0-1'] });
      assert.deepEqual([part.status, part.body], [206, '01']);
      assert.deepEqual([(await lab.ask({ fields: ['Range: bytes=0-1'] })).hit, lab.seen.length], [false, 2]);
      const whole = await lab.ask();
      assert.deepEqual([whole.status, whole.body], [200, '0123456789']);
      assert.deepEqual([(await lab.ask({ fields: ['Range: bytes=0-1'] })).hit, lab.seen.length], [true, 3]);
    },
  ),
  steps(['9111 §3.4', 'MUST', 'a part is not mixed with a stale whole of another tag'], async (lab) => {
    lab.serve({ fields: [FRESH, 'ETag: "v1"'], body: '0123456789' });
    await lab.ask();
    lab.advance(61);
    lab.serve({ fields: [FRESH, 'ETag: "v2"'], body: 'abcdefghij' });
    const part = await lab.ask({ fields: ['Range: bytes=0-1'] });
    assert.ok(part.body === 'ab' || part.body === 'abcdefghij', part.body);
    assert.equal((await lab.ask()).body, 'abcdefghij');
  }),
  steps(['9110 §15.5.17', 'MUST', 'a 416 of the origin is not stored for others'], async (lab) => {
    lab.serve((request) =>
      request.value('range') === undefined
        ? { fields: [FRESH], body: 'all' }
        : { status: 416, fields: [FRESH] },
    );
    assert.equal((await lab.ask({ fields: ['Range: bytes=9-'] })).status, 416);
    assert.equal((await lab.ask()).body, 'all');
  }),
];
