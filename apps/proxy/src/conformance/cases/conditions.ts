import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import { FRESH, LATER, MODIFIED, steps, tagged } from './helpers.ts';

/** What If-None-Match of a client makes of a stored response with a tag. */
const MATCHES: readonly (readonly [wanted: string, stored: string, status: number])[] = [
  ['"a"', '"a"', 304],
  ['"b"', '"a"', 200],
  ['"A"', '"a"', 200],
  ['W/"a"', '"a"', 304],
  ['"a"', 'W/"a"', 304],
  ['W/"a"', 'W/"a"', 304],
  ['"b", "a"', '"a"', 304],
  ['"b","a","c"', '"a"', 304],
  ['*', '"a"', 304],
  ['a', '"a"', 200],
  ['"a', '"a"', 200],
  ['w/"a"', '"a"', 200],
  ['"x, a"', '"a"', 200],
  ['""', '""', 304],
  ['"a\\b"', '"a\\b"', 304],
  ['"\xe9"', '"\xe9"', 304],
];

/** Conditions of a client, and what a response that was modified on 1 January makes of them. */
const DATES: readonly (readonly [name: string, fields: readonly string[], status: number])[] = [
  ['the same date', [`If-Modified-Since: ${MODIFIED}`], 304],
  ['a later one', [`If-Modified-Since: ${LATER}`], 304],
  ['an earlier one', ['If-Modified-Since: Sun, 31 Dec 2023 00:00:00 GMT'], 200],
  ['the same date as RFC 850', ['If-Modified-Since: Monday, 01-Jan-24 00:00:00 GMT'], 304],
  ['the same date as asctime', ['If-Modified-Since: Mon Jan  1 00:00:00 2024'], 304],
  ['no date', ['If-Modified-Since: yesterday'], 200],
  ['another zone', ['If-Modified-Since: Tue, 02 Jan 2024 00:00:00 EST'], 200],
  ['If-None-Match beside it, not met', ['If-None-Match: "b"', `If-Modified-Since: ${MODIFIED}`], 200],
  [
    'If-None-Match beside it, met',
    ['If-None-Match: "a"', 'If-Modified-Since: Sun, 31 Dec 2023 00:00:00 GMT'],
    304,
  ],
];

/** Conditions of clients, and what the store itself answers to them: RFC 9110 §13, RFC 9111 §4.3.2. */
export const CONDITIONS: readonly ConformanceCase[] = [
  ...MATCHES.map(([wanted, stored, status]) =>
    steps(
      ['9110 §13.1.2', 'MUST', `If-None-Match: ${wanted} with a stored ${stored} is ${status}`],
      async (lab) => {
        lab.serve({ fields: [FRESH, `ETag: ${stored}`, 'X-Other: 1'], body: 'body' });
        await lab.ask();
        const answer = await lab.ask({ fields: [`If-None-Match: ${wanted}`] });
        assert.deepEqual(
          [answer.status, answer.body, answer.hit],
          [status, status === 304 ? '' : 'body', true],
        );
        assert.equal(lab.seen.length, 1);
      },
    ),
  ),
  ...DATES.map(([name, fields, status]) =>
    steps(['9110 §13.1.3', 'MUST', `If-Modified-Since: ${name} is ${status}`], async (lab) => {
      lab.serve({ fields: [FRESH, `Last-Modified: ${MODIFIED}`, 'ETag: "a"'], body: 'body' });
      await lab.ask();
      const answer = await lab.ask({ fields });
      assert.deepEqual([answer.status, answer.hit], [status, true]);
    }),
  ),
  steps(
    ['9110 §15.4.5', 'MUST', 'a 304 from the store carries the fields that a 304 must have, and Age'],
    async (lab) => {
      const date = lab.date();
      lab.serve({
        fields: [
          FRESH,
          'ETag: "a"',
          'Vary: X-A',
          'Content-Location: /x',
          `Expires: ${lab.date(60)}`,
          'Content-Type: a/b',
        ],
      });
      await lab.ask();
      lab.advance(5);
      const answer = await lab.ask({ fields: ['If-None-Match: "a"'] });
      assert.equal(answer.status, 304);
      for (const name of ['etag', 'cache-control', 'vary', 'content-location', 'expires'])
        assert.notEqual(answer.value(name), undefined, name);
      assert.deepEqual([answer.value('date'), answer.value('age')], [date, '5']);
      assert.deepEqual(
        [answer.value('content-type'), answer.value('content-length')],
        [undefined, undefined],
      );
    },
  ),
  steps(
    ['9111 §4.3.1', 'MUST', 'validating for itself, the cache uses its own tag, not that of the client'],
    async (lab) => {
      tagged(lab, () => '"v1"');
      await lab.ask();
      lab.advance(61);
      const answer = await lab.ask({ fields: ['If-None-Match: "v0"'] });
      assert.deepEqual(lab.seen[1]?.values('if-none-match'), ['"v1"']);
      assert.deepEqual([answer.status, answer.body], [200, 'body of "v1"']);
      assert.equal((await lab.ask({ fields: ['If-None-Match: "v1"'] })).status, 304);
    },
  ),
  steps(
    ['9111 §4.3.2', 'MUST', 'a client that validates what is validated meanwhile gets a 304'],
    async (lab) => {
      tagged(lab, () => '"v1"');
      await lab.ask();
      lab.advance(61);
      assert.equal((await lab.ask({ fields: ['If-None-Match: "v1"'] })).status, 304);
      assert.equal((await lab.ask()).body, 'body of "v1"');
      assert.equal(lab.seen.length, 2);
    },
  ),
  steps(
    ['9111 §4.3.2', 'MUST', 'If-Match and If-Unmodified-Since are the origin’s to judge'],
    async (lab) => {
      lab.serve({ fields: [FRESH, 'ETag: "a"'] });
      await lab.ask();
      for (const line of ['If-Match: "b"', `If-Unmodified-Since: ${MODIFIED}`]) {
        const before = lab.seen.length;
        await lab.ask({ fields: [line] });
        assert.equal(lab.seen.length, before + 1);
        assert.ok(lab.seen.at(-1)?.lines.some((one) => one.toLowerCase() === line.toLowerCase()));
      }
    },
  ),
  steps(
    ['9111 §3', 'MUST', 'a 304 to the condition of a client is handed on and not stored'],
    async (lab) => {
      tagged(lab, () => '"v1"');
      assert.equal((await lab.ask({ fields: ['If-None-Match: "v1"'] })).status, 304);
      assert.equal((await lab.ask()).status, 200);
    },
  ),
];
