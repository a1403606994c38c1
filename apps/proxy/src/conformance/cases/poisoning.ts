import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Lab } from '../lab.ts';
import { FRESH, steps } from './helpers.ts';
import { DECEPTIVE, HOSTS, SMUGGLED, TARGETS, UNKEYED, VALUES } from './poisoning-inputs.ts';

/** An origin that answers with what it saw: whoever gets another one's answer shows it. */
function mirror(lab: Lab, ...fields: string[]): void {
  lab.serve((request) => ({
    fields: [FRESH, ...fields],
    body: Buffer.from([request.startLine, ...request.lines, request.body].join('\n'), 'latin1').toString(
      'hex',
    ),
  }));
}

const seenBy = (body: string): string => Buffer.from(body, 'hex').toString('latin1');

/** Poisoning and deception: what one client sends never decides what another one gets. */
export const POISONING: readonly ConformanceCase[] = [
  ...UNKEYED.map((line) =>
    steps(
      ['9111 §7.1', 'ours', `what an origin makes of ${line} reaches nobody who does not send it`],
      async (lab) => {
        mirror(lab);
        await lab.ask({ fields: [line] });
        const value = line.slice(line.indexOf(': ') + 2);
        const others = seenBy((await lab.ask()).body);
        assert.ok(!others.includes(`: ${value}`) && !others.includes(`=${value}`), others);
      },
    ),
  ),
  steps(
    ['9111 §7.1', 'ours', 'a GET with a body is neither stored nor answered from the store'],
    async (lab) => {
      mirror(lab);
      await lab.ask({ body: 'q=evil' });
      const mine = await lab.ask();
      assert.ok(!mine.hit && !seenBy(mine.body).includes('evil'));
      const fat = await lab.ask({ body: 'q=evil' });
      assert.ok(!fat.hit && seenBy(fat.body).includes('evil'));
      assert.ok((await lab.ask()).hit);
    },
  ),
  ...SMUGGLED.map(([name, bytes]) =>
    steps(['9112 §11.2', 'MUST', `nothing is stored of a request with ${name}`], async (lab) => {
      mirror(lab);
      const answer = await lab.bytes(bytes(lab.path));
      assert.ok(answer.status >= 400 || !answer.cache.includes('stored'), `${answer.status} ${answer.cache}`);
      const next = await lab.ask();
      assert.deepEqual([next.hit, seenBy(next.body).includes('evil')], [false, false]);
    }),
  ),
  steps(['9111 §2', 'MUST', 'no two targets share a response, however alike they look'], async (lab) => {
    mirror(lab);
    for (const target of TARGETS) {
      const { status, body, hit } = await lab.ask({ target });
      if (status !== 200) continue;
      const [line] = seenBy(body).split('\n');
      assert.deepEqual([hit, line], [false, `GET ${lab.path}${target} HTTP/1.1`]);
    }
    for (const target of TARGETS) {
      const { status, body, hit } = await lab.ask({ target });
      if (status !== 200) continue;
      assert.deepEqual([hit, seenBy(body).split('\n')[0]], [true, `GET ${lab.path}${target} HTTP/1.1`]);
    }
  }),
  steps(['9110 §4.2.3', 'MUST', 'no two hosts share a response'], async (lab) => {
    mirror(lab);
    for (const turn of [false, true]) {
      for (const host of HOSTS) {
        const { hit, body } = await lab.ask({ host });
        assert.deepEqual([hit, seenBy(body).includes(`host: ${host}\n`)], [turn, true], host);
      }
    }
  }),
  steps(['9110 §4.2.3', 'MAY', 'one host in another case is the same one'], async (lab) => {
    mirror(lab);
    await lab.ask({ host: 'a.example' });
    assert.equal((await lab.ask({ host: 'A.Example' })).hit, true);
  }),
  ...(['a.example.', 'a.example:80', 'a.example:'] as const).map((host) =>
    steps(
      ['9110 §4.2.3', 'ours', `${host} shares no response with a.example, as the origin sees another name`],
      async (lab) => {
        mirror(lab);
        await lab.ask({ host });
        const { body } = await lab.ask({ host: 'a.example' });
        assert.ok(seenBy(body).includes('host: a.example\n'), seenBy(body));
      },
    ),
  ),
  steps(['9112 §3.2.2', 'MUST', 'an absolute target counts, and not the Host beside it'], async (lab) => {
    mirror(lab);
    await lab.ask({ target: `http://evil.example${lab.path}`, host: 'www.example.com' });
    const mine = await lab.ask();
    assert.ok(!mine.hit && seenBy(mine.body).includes('host: www.example.com'));
    const same = await lab.ask({ target: `http://www.example.com${lab.path}`, host: 'evil.example' });
    assert.ok(same.hit && seenBy(same.body).includes('host: www.example.com'));
  }),
  steps(
    ['9111 §4.1', 'MUST', 'no two values of a field in Vary share a response, however odd'],
    async (lab) => {
      mirror(lab, 'Vary: X-A, X-B');
      const answers = new Set<string>();
      for (const a of VALUES)
        for (const b of ['', 'a']) answers.add((await lab.ask({ fields: [`X-A: ${a}`, `X-B: ${b}`] })).body);
      assert.equal(answers.size, VALUES.length * 2);
      assert.equal(lab.seen.length, VALUES.length * 2);
    },
  ),
  steps(
    [
      '9111 §7.2',
      'ours',
      'what a timing attack would look for: a hit for one Authorization is none for a private one',
    ],
    async (lab) => {
      lab.serve((request) => ({ fields: [FRESH], body: `for ${request.value('authorization')}` }));
      assert.equal((await lab.ask({ fields: ['Authorization: Bearer a'] })).body, 'for Bearer a');
      assert.equal((await lab.ask({ fields: ['Authorization: Bearer b'] })).body, 'for Bearer b');
      assert.equal((await lab.ask()).body, 'for undefined');
    },
  ),
  ...(['Set-Cookie: session=mine', 'set-cookie: session=mine', 'SET-COOKIE:session=mine'] as const).map(
    (line) =>
      steps(['9111 §7.3', 'ours', `nobody gets the session of another one: ${line}`], async (lab) => {
        lab.serve((request) => ({
          fields: request.value('cookie') ? [FRESH] : ['Cache-Control: public, max-age=60', line],
        }));
        assert.equal((await lab.ask()).value('set-cookie'), 'session=mine');
        const other = await lab.ask({ fields: ['Cookie: session=other'] });
        assert.deepEqual([other.hit, other.value('set-cookie')], [false, undefined]);
      }),
  ),
  ...DECEPTIVE.map((target) =>
    steps(
      ['9111 §7.3', 'ours', `a path that looks like a file makes nothing public: ${target}`],
      async (lab) => {
        lab.serve((request) => ({
          fields: ['Content-Type: text/css'],
          body: `for ${request.value('cookie')}`,
        }));
        await lab.ask({ target, fields: ['Cookie: mine'] });
        const other = await lab.ask({ target });
        assert.deepEqual([other.hit, other.body], [false, 'for undefined']);
      },
    ),
  ),
  ...(
    [
      [
        'two responses in one',
        `HTTP/1.1 200 OK\r\n${FRESH}\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n${FRESH}\r\nContent-Length: 4\r\n\r\nevil`,
      ],
      [
        'a length and chunks',
        `HTTP/1.1 200 OK\r\n${FRESH}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n`,
      ],
      ['two lengths', `HTTP/1.1 200 OK\r\n${FRESH}\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\nevil`],
      [
        'a coding left in',
        `HTTP/1.1 200 OK\r\n${FRESH}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n`,
      ],
      ['a control byte', `HTTP/1.1 200 OK\r\n${FRESH}\r\nX-A: a\x01b\r\nContent-Length: 4\r\n\r\nevil`],
    ] as const
  ).map(([name, bytes]) =>
    steps(['9112 §11.1', 'MUST', `an answer with ${name} poisons no later request`], async (lab) => {
      lab.react((request) =>
        lab.seen.length === 1 ? bytes : lab.bytesOf({ fields: [FRESH], body: 'good' }, request),
      );
      await lab.ask();
      for (let i = 0; i < 3; i++) assert.ok(!(await lab.ask()).body.includes('evil'));
      for (let i = 0; i < 3; i++) assert.ok(!(await lab.ask({ target: '/next' })).body.includes('evil'));
    }),
  ),
];
