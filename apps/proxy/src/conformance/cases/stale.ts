import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Reaction } from '../raw-origin.ts';
import { steps } from './helpers.ts';

/** Directives that forbid every use of a stale response without the origin's consent. */
const FORBIDDING = ['must-revalidate', 'proxy-revalidate', 's-maxage=60', 'no-cache'] as const;

/** Ways of an origin not to answer. */
const DEAD: readonly (readonly [name: string, reaction: Reaction])[] = [
  ['closes the connection', { bytes: '', after: 'end' }],
  ['resets it', { bytes: '', after: 'reset' }],
  ['answers rubbish', { bytes: 'rubbish\r\n\r\n', after: 'end' }],
];

/** Stale responses: RFC 9111 §4.2.4, §5.2.2.2, RFC 5861. */
export const STALE: readonly ConformanceCase[] = [
  ...FORBIDDING.map((directive) =>
    steps(
      ['9111 §4.2.4', 'MUST', `${directive} forbids stale use, whatever RFC 5861 would allow`],
      async (lab) => {
        const value = `max-age=60, stale-while-revalidate=99, stale-if-error=99, ${directive}`;
        lab.serve({ fields: [`Cache-Control: ${value}`, 'ETag: "v1"'], body: 'old' });
        await lab.ask();
        lab.advance(61);
        lab.serve({ status: 503, body: 'down' });
        const answer = await lab.ask();
        assert.deepEqual([answer.status, answer.body], [503, 'down']);
      },
    ),
  ),
  ...FORBIDDING.flatMap((directive) =>
    DEAD.map(([name, reaction]) =>
      steps(['9111 §5.2.2.2', 'SHOULD', `${directive} with an origin that ${name} is a 504`], async (lab) => {
        lab.serve({ fields: [`Cache-Control: max-age=60, ${directive}`, 'ETag: "v1"'] });
        await lab.ask();
        lab.advance(61);
        lab.react(reaction);
        const answer = await lab.ask();
        assert.deepEqual(
          [answer.status, answer.hit, answer.value('cache-control')],
          [504, false, 'no-store'],
        );
      }),
    ),
  ),
  ...DEAD.flatMap(([name, reaction]) => [
    steps(
      ['9111 §4.2.4', 'ours', `an origin that ${name} is no permission to use what is stale`],
      async (lab) => {
        lab.serve({ fields: ['Cache-Control: max-age=60', 'ETag: "v1"'] });
        await lab.ask();
        lab.advance(61);
        lab.react(reaction);
        assert.equal((await lab.ask()).status, 502);
      },
    ),
    steps(
      ['5861 §4', 'MAY', `stale-if-error allows it to one that ${name}, for as long as it says`],
      async (lab) => {
        lab.serve({ fields: ['Cache-Control: max-age=60, stale-if-error=30'], body: 'old' });
        await lab.ask();
        lab.advance(90);
        lab.react(reaction);
        const answer = await lab.ask();
        assert.deepEqual([answer.status, answer.body, answer.value('age')], [200, 'old', '90']);
        lab.advance(1);
        assert.equal((await lab.ask()).status, 502);
      },
    ),
  ]),
  ...[500, 502, 503, 504].map((status) =>
    steps(['5861 §4', 'MAY', `stale-if-error stands in for a ${status}`], async (lab) => {
      lab.serve({ fields: ['Cache-Control: max-age=60, stale-if-error=30'], body: 'old' });
      await lab.ask();
      lab.advance(70);
      lab.serve({ status, body: 'down' });
      assert.equal((await lab.ask()).body, 'old');
      lab.advance(21);
      assert.deepEqual([(await lab.ask()).status], [status]);
    }),
  ),
  ...[400, 404, 410, 501].map((status) =>
    steps(['5861 §4', 'MUST', `stale-if-error does not hide a ${status}`], async (lab) => {
      lab.serve({ fields: ['Cache-Control: max-age=60, stale-if-error=30'], body: 'old' });
      await lab.ask();
      lab.advance(70);
      lab.serve({ status, body: 'answer' });
      assert.deepEqual([(await lab.ask()).status], [status]);
    }),
  ),
  steps(['5861 §4', 'MAY', 'a request may ask for stale-if-error'], async (lab) => {
    lab.serve({ fields: ['Cache-Control: max-age=60', 'ETag: "v1"'], body: 'old' });
    await lab.ask();
    lab.advance(70);
    lab.serve({ status: 500, body: 'down' });
    assert.equal((await lab.ask({ fields: ['Cache-Control: stale-if-error=30'] })).body, 'old');
    assert.equal((await lab.ask()).body, 'down');
  }),
  ...(['x', '', '-1', '1.5', "'30'"] as const).map((value) =>
    steps(['5861 §3, §4', 'SHOULD', `stale-…=${value} allows nothing`], async (lab) => {
      const said = `max-age=60, stale-if-error=${value}, stale-while-revalidate=${value}`;
      lab.serve({ fields: [`Cache-Control: ${said}`, 'ETag: "v1"'], body: 'old' });
      await lab.ask();
      lab.advance(61);
      lab.serve({ status: 500, body: 'down' });
      assert.equal((await lab.ask()).body, 'down');
    }),
  ),
  steps(
    ['5861 §3', 'SHOULD', 'stale-while-revalidate serves the stale response and renews it meanwhile'],
    async (lab) => {
      const fields = ['Cache-Control: max-age=60, stale-while-revalidate=30', 'ETag: "v1"'];
      lab.serve({ fields, body: 'old' });
      await lab.ask();
      lab.advance(90);
      lab.serve({ fields, body: 'new' });
      const stale = await lab.ask();
      assert.deepEqual([stale.body, stale.hit, stale.value('age')], ['old', true, '90']);
      await lab.until(async () => (await lab.ask()).body === 'new');
      assert.equal(lab.seen.length, 2);
      assert.equal(lab.seen[1]?.value('if-none-match'), '"v1"');
    },
  ),
  steps(['5861 §3', 'MUST', 'after its time the origin is waited for'], async (lab) => {
    lab.serve({ fields: ['Cache-Control: max-age=60, stale-while-revalidate=30'], body: 'old' });
    await lab.ask();
    lab.advance(91);
    lab.serve({ body: 'new' });
    assert.equal((await lab.ask()).body, 'new');
  }),
  steps(['5861 §3', 'MAY', 'a renewal that fails leaves the stale response as it is'], async (lab) => {
    lab.serve({ fields: ['Cache-Control: max-age=60, stale-while-revalidate=30'], body: 'old' });
    await lab.ask();
    lab.advance(61);
    lab.react({ bytes: '', after: 'reset' });
    assert.equal((await lab.ask()).body, 'old');
    await lab.until(() => lab.seen.length >= 2);
    const { status, body } = await lab.ask();
    assert.deepEqual([status, body], [200, 'old']);
  }),
  steps(
    ['9111 §4.2.4', 'MAY', 'HEAD and conditions of clients are answered from a stale response too'],
    async (lab) => {
      lab.serve({ fields: ['Cache-Control: max-age=60, stale-if-error=30', 'ETag: "v1"'], body: 'old' });
      await lab.ask();
      lab.advance(61);
      lab.react({ bytes: '', after: 'reset' });
      assert.equal((await lab.ask({ method: 'HEAD' })).status, 200);
      assert.equal((await lab.ask({ fields: ['If-None-Match: "v1"'] })).status, 304);
    },
  ),
];
