import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import type { Lab } from '../lab.ts';
import { FRESH, steps } from './helpers.ts';

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

/** Fields that an attacker sends and many origins act upon, whatever Vary says. */
const UNKEYED: readonly string[] = [
  'X-Forwarded-Host: evil.example',
  'X-Forwarded-Scheme: nothttps',
  'X-Forwarded-Proto: evil',
  'X-Forwarded-Port: 666',
  'X-Forwarded-Prefix: /evil',
  'X-Forwarded-Server: evil.example',
  'X-Forwarded-For: 6.6.6.6',
  'Forwarded: host=evil.example',
  'X-Real-IP: 6.6.6.6',
  'X-Host: evil.example',
  'X-Original-URL: /evil',
  'X-Rewrite-URL: /evil',
  'X-HTTP-Method-Override: DELETE',
  'X-Method-Override: DELETE',
  'X-HTTP-Method: DELETE',
];

/** Targets below the case's path that careless keys or normalisation confuse with one another. */
const TARGETS: readonly string[] = [
  '',
  '/',
  '//',
  '/.',
  '/./',
  '/..',
  '/a/..',
  '/a',
  '/A',
  '/a/',
  '/a//',
  '//a',
  '/a/.',
  '/a/b/..',
  '/./a',
  '/%61',
  '/%41',
  '/a%2fb',
  '/a%2Fb',
  '/a/b',
  '/a%5cb',
  '/a\\b',
  '/a%252fb',
  '/%2e%2e/a',
  '/..%2fa',
  '/..;/a',
  '/a;b',
  '/a;',
  '/a;x=1',
  '/a%00',
  '/a%00.css',
  '/a%0d%0aX-Evil:1',
  '/a%20',
  '/a+',
  '/a%2b',
  '/a%3f',
  '/a?',
  '/a?b',
  '/a?b=',
  '/a?b=1&c=2',
  '/a?c=2&b=1',
  '/a?b=1;c=2',
  '/a?b=1&b=2',
  '/a?b=2&b=1',
  '/a?b=1?',
  '/a??b=1',
  '/a?/b',
  '/a%3fb=1',
  '/a?b=%31',
  '/a?utm_source=x',
  '/a?_method=DELETE',
  '/*',
  '/a*',
  '/a:b',
  '/a:GET',
  '/{a}',
  '/}i.',
  '/|',
  '/"',
  "/'",
  '/__proto__',
  '/constructor',
  '/\xe9',
  '/%e9',
  '/%E9',
  '/%c3%a9',
  '/\xc3\xa9',
  `/${'a'.repeat(3_000)}`,
  `/${'a'.repeat(3_000)}b`,
];

/** Names of one host that only look alike, each of its own key. */
const HOSTS: readonly string[] = [
  'a.example',
  'b.example',
  'a.example:81',
  'a.example:8080',
  'a.example.evil',
  'xa.example',
  '[::1]',
  '[::1]:81',
  '127.0.0.1',
];

/** Paths by which a cache is deceived into keeping what is for one client. */
const DECEPTIVE: readonly string[] = [
  '/account.css',
  '/account/x.css',
  '/account;x.css',
  '/account%2ex.js',
  '/account%00.png',
  '/account%3fx.css',
  '/account?x.css',
  '/account/..%2fstatic/x.js',
  '/static/..%2faccount',
  '/robots.txt',
  '/favicon.ico',
  '/index.html',
];

const VALUES: readonly string[] = [
  '',
  'null',
  'undefined',
  '*',
  'a',
  'A',
  'a,b',
  'a, b',
  'b,a',
  'a b',
  'a:b',
  '","',
  '["a"]',
  '{}',
  '\xe9',
  '%61',
  'a;q=1',
  'a.v',
  `${'a'.repeat(3_000)}`,
  `${'a'.repeat(3_000)}b`,
];

/** Requests in bytes that are refused, or at least never become what others are given. */
const SMUGGLED: readonly (readonly [name: string, bytes: (path: string) => string])[] = [
  [
    'both Content-Length and Transfer-Encoding',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n`,
  ],
  [
    'two different lengths',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 0\r\nContent-Length: 5\r\nConnection: close\r\n\r\nevil!`,
  ],
  [
    'a length in a list',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 0, 0\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a signed length',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: +0\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a coding nobody knows',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nTransfer-Encoding: xchunked\r\nConnection: close\r\n\r\n`,
  ],
  [
    'an empty coding',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nTransfer-Encoding:\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a space before the colon',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nContent-Length : 0\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a folded line',
    (path) => `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nX-A: 1\r\n evil\r\nConnection: close\r\n\r\n`,
  ],
  [
    'two Hosts',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a Host with a path',
    (path) => `GET ${path} HTTP/1.1\r\nHost: www.example.com/evil\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a Host with user information',
    (path) => `GET ${path} HTTP/1.1\r\nHost: evil@www.example.com\r\nConnection: close\r\n\r\n`,
  ],
  ['no Host', (path) => `GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`],
  ['an empty Host', (path) => `GET ${path} HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n`],
  [
    'a NUL in a value',
    (path) => `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nX-A: a\0b\r\nConnection: close\r\n\r\n`,
  ],
  ['a fragment', (path) => `GET ${path}#evil HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n`],
  [
    'a space in the target',
    (path) => `GET ${path} evil HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a body of a request behind it',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 48\r\nConnection: close\r\n\r\nGET /evil HTTP/1.1\r\nHost: www.example.com\r\n\r\nx: 1`,
  ],
];

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
