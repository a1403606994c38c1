import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import { FRESH, MODIFIED, reuse, stale, steps, tagged } from './helpers.ts';

/** Validation: RFC 9111 §4.3. */
export const VALIDATION: readonly ConformanceCase[] = [
  steps(
    ['9111 §4.3.1', 'MUST', 'a stale response is validated by its ETag, whatever form that has'],
    async (lab) => {
      for (const [path, tag] of [
        ['/strong', '"v1"'],
        ['/weak', 'W/"v1"'],
        ['/odd', '"a,b\\"'],
      ] as const) {
        lab.serve({ fields: [FRESH, `ETag: ${tag}`] });
        await lab.ask({ target: path });
        lab.advance(61);
        await lab.ask({ target: path });
        assert.deepEqual(lab.seen.at(-1)?.values('if-none-match'), [tag]);
      }
    },
  ),
  steps(['9111 §4.3.1', 'SHOULD', 'and by its Last-Modified, both where it has both'], async (lab) => {
    await stale(lab, ['ETag: "v1"', `Last-Modified: ${MODIFIED}`]);
    await lab.ask();
    assert.deepEqual(lab.seen[1]?.values('if-none-match'), ['"v1"']);
    assert.deepEqual(lab.seen[1]?.values('if-modified-since'), [MODIFIED]);
  }),
  ...(['v1', '"v1', "'v1'", ''] as const).map((tag) =>
    steps(['9110 §8.8.3', 'ours', `an ETag that is none is no condition: ${tag}`], async (lab) => {
      await stale(lab, [`ETag: ${tag}`, `Last-Modified: ${MODIFIED}`]);
      await lab.ask();
      assert.deepEqual(lab.seen[1]?.values('if-none-match'), []);
      assert.deepEqual(lab.seen[1]?.values('if-modified-since'), [MODIFIED]);
    }),
  ),
  steps(['9111 §4.3.3', 'MUST', 'a 304 makes it fresh again, and its age begins anew'], async (lab) => {
    tagged(lab, () => '"v1"');
    await lab.ask();
    lab.advance(61);
    const validated = await lab.ask();
    assert.deepEqual([validated.status, validated.body, validated.value('age')], [200, 'body of "v1"', '0']);
    lab.advance(59);
    const hit = await lab.ask();
    assert.deepEqual([hit.hit, hit.value('age'), lab.seen.length], [true, '59', 2]);
  }),
  steps(['9111 §4.3.3', 'MUST', 'a full response replaces it'], async (lab) => {
    await stale(lab, ['ETag: "v1"']);
    lab.serve({ fields: [FRESH, 'ETag: "v2"'], body: 'new' });
    assert.equal((await lab.ask()).body, 'new');
    const hit = await lab.ask();
    assert.deepEqual([hit.hit, hit.body, hit.value('etag')], [true, 'new', '"v2"']);
  }),
  steps(['9111 §4.3.3', 'MUST', 'a full response that may not be stored ends it'], async (lab) => {
    await stale(lab, ['ETag: "v1"']);
    lab.serve({ fields: ['Cache-Control: no-store'], body: 'new' });
    assert.equal((await lab.ask()).body, 'new');
    lab.serve({ fields: [FRESH], body: 'newest' });
    const next = await lab.ask();
    assert.equal(next.body, 'newest');
    assert.equal(lab.seen.at(-1)?.value('if-none-match'), undefined);
  }),
  steps(
    ['9111 §4.3.3', 'MAY', 'a 5xx to a validation goes on, and is not taken for the response'],
    async (lab) => {
      await stale(lab, ['ETag: "v1"']);
      lab.serve({ status: 503, body: 'down' });
      assert.deepEqual([(await lab.ask()).status, (await lab.ask()).body], [503, 'down']);
      tagged(lab, () => '"v1"');
      assert.equal((await lab.ask()).body, 'old');
    },
  ),
  steps(
    ['9111 §3.2', 'MUST', 'a 304 updates the stored fields, and adds those that are new'],
    async (lab) => {
      let first = true;
      lab.serve(() => {
        const fields = first
          ? [
              FRESH,
              'ETag: "v1"',
              'X-Same: 1',
              'X-Changed: 1',
              `Expires: ${lab.date(60)}`,
              'Content-Type: text/plain',
            ]
          : [
              'Cache-Control: max-age=90',
              'ETag: "v1"',
              'X-Changed: 2',
              'X-New: 2',
              'Content-Type: text/html',
            ];
        return first ? { fields, body: 'four' } : { status: 304, fields };
      });
      await lab.ask();
      first = false;
      lab.advance(61);
      const validated = await lab.ask();
      lab.advance(80);
      const hit = await lab.ask();
      assert.ok(hit.hit);
      for (const answer of [validated, hit]) {
        const names = ['x-same', 'x-changed', 'x-new', 'content-length', 'cache-control'];
        assert.deepEqual(
          names.map((name) => answer.value(name)),
          ['1', '2', '2', '4', 'max-age=90'],
        );
        assert.equal(answer.body, 'four');
      }
    },
  ),
  ...(['Content-Length: 99', 'Content-Encoding: gzip', 'Content-Range: bytes 0-1/2'] as const).map((line) =>
    steps(['9111 §3.2', 'MUST', `a 304 does not change what describes the body: ${line}`], async (lab) => {
      await stale(lab, ['ETag: "v1"']);
      lab.react(`HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n${FRESH}\r\n${line}\r\n\r\n`);
      const answer = await lab.ask();
      assert.deepEqual([answer.status, answer.body, answer.complete], [200, 'old', true]);
      assert.equal(answer.value('content-length'), '3');
      assert.equal(answer.value('content-encoding'), undefined);
      assert.equal(answer.value('content-range'), undefined);
    }),
  ),
  ...(
    [
      ['another strong tag', 'ETag: "v2"', false],
      ['a weak form of the tag', 'ETag: W/"v1"', true],
      ['no validator at all', 'X-Nothing: 1', true],
    ] as const
  ).map(([name, line, valid]) =>
    steps(
      [
        '9111 §4.3.4',
        'MUST',
        `a 304 with ${name} ${valid ? 'confirms' : 'does not confirm'} the stored response`,
      ],
      async (lab) => {
        await stale(lab, ['ETag: "v1"']);
        lab.serve((request) =>
          request.value('if-none-match') === undefined
            ? { fields: [FRESH], body: 'new' }
            : { status: 304, fields: [FRESH, line] },
        );
        const answer = await lab.ask();
        assert.deepEqual([answer.status, answer.body], [200, valid ? 'old' : 'new']);
      },
    ),
  ),
  ...(['no-cache', 'no-cache="x-a"', 'NO-CACHE', 'no-cache=x'] as const).map((directive) =>
    steps(['9111 §5.2.2.4', 'MUST', `${directive} is validated at each use`], async (lab) => {
      tagged(lab, () => '"v1"', [`Cache-Control: ${directive}, max-age=60`]);
      for (let i = 1; i <= 3; i++) {
        const answer = await lab.ask();
        assert.deepEqual([answer.body, answer.hit, lab.seen.length], ['body of "v1"', false, i]);
      }
      assert.equal(lab.seen[2]?.value('if-none-match'), '"v1"');
    }),
  ),
  reuse(['9111 §5.2.2.4', 'MUST', 'no-cache without a validator is never used again'], false, {
    fields: ['Cache-Control: no-cache, max-age=60'],
  }),
  ...(['Set-Cookie: id=1', 'Cache-Control: private', 'Cache-Control: no-store'] as const).map((line) =>
    steps(['9111 §3.2', 'MUST', `a 304 that brings ${line} ends the sharing`], async (lab) => {
      await stale(lab, ['ETag: "v1"']);
      lab.serve({
        status: 304,
        fields: ['ETag: "v1"', ...(line.startsWith('Set') ? [FRESH, line] : [line])],
      });
      assert.equal((await lab.ask()).body, 'old');
      lab.serve({ fields: [FRESH], body: 'new' });
      const next = await lab.ask();
      assert.deepEqual([next.hit, next.body, next.value('set-cookie')], [false, 'new', undefined]);
    }),
  ),
];
