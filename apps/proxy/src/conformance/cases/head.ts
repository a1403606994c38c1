import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import { FRESH, LATER, MODIFIED, stale, steps, tagged } from './helpers.ts';

/** HEAD: RFC 9110 §9.3.2, RFC 9111 §4.3.5. */
export const HEAD: readonly ConformanceCase[] = [
  steps(
    ['9110 §9.3.2', 'MAY', 'HEAD is answered from a stored GET, with its fields and without its body'],
    async (lab) => {
      lab.serve({ fields: [FRESH, 'X-A: 1'], body: 'twelve bytes' });
      await lab.ask();
      const head = await lab.ask({ method: 'HEAD' });
      assert.deepEqual(
        [head.hit, head.body, head.value('content-length'), head.value('x-a')],
        [true, '', '12', '1'],
      );
    },
  ),
  steps(['9111 §4.3.5', 'MUST', 'a HEAD is not stored as the answer to GET'], async (lab) => {
    lab.serve({ fields: [FRESH] });
    await lab.ask({ method: 'HEAD' });
    const get = await lab.ask();
    assert.deepEqual([get.hit, get.body], [false, '2']);
  }),
  ...(
    [
      ['the same ETag', ['ETag: "v1"', 'Content-Length: 3'], true],
      ['the same Last-Modified', [`Last-Modified: ${MODIFIED}`], true],
      ['another ETag', ['ETag: "v2"', 'Content-Length: 3'], false],
      ['another Last-Modified', ['ETag: "v1"', `Last-Modified: ${LATER}`], false],
      ['another length', ['ETag: "v1"', 'Content-Length: 4'], false],
      ['an ETag where there was none', ['ETag: "v3"'], false],
    ] as const
  ).map(([name, fields, agrees]) =>
    steps(
      ['9111 §4.3.5', 'SHOULD', `a HEAD with ${name} ${agrees ? 'freshens' : 'ends'} a stale GET`],
      async (lab) => {
        await stale(
          lab,
          name.includes('none')
            ? [`Last-Modified: ${MODIFIED}`]
            : ['ETag: "v1"', `Last-Modified: ${MODIFIED}`],
        );
        lab.serve({ fields: [FRESH, 'X-A: 2', ...fields], body: 'new' });
        const head = await lab.ask({ method: 'HEAD' });
        assert.deepEqual([head.status, head.value('x-a'), lab.seen[1]?.method], [200, '2', 'HEAD']);
        lab.serve({ fields: [FRESH], body: 'new' });
        const get = await lab.ask();
        assert.deepEqual([get.hit, get.body], [agrees, agrees ? 'old' : 'new']);
        if (agrees) assert.equal(get.value('x-a'), '2');
        else assert.equal(lab.seen[2]?.value('if-none-match'), undefined);
      },
    ),
  ),
  steps(
    ['9111 §4.3.5', 'SHOULD', 'a HEAD of another status ends it as well, a 5xx does not'],
    async (lab) => {
      await stale(lab, ['ETag: "v1"']);
      lab.serve({ status: 503 });
      await lab.ask({ method: 'HEAD' });
      tagged(lab, () => '"v1"');
      assert.equal((await lab.ask()).body, 'old');
      lab.advance(61);
      lab.serve({ status: 410 });
      await lab.ask({ method: 'HEAD' });
      await lab.ask();
      assert.equal(lab.seen.at(-1)?.value('if-none-match'), undefined);
    },
  ),
];
