import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.ts';
import { FRESH, reuse, steps, type Title } from './helpers.ts';

/** Fields of responses that are stored unchanged, however little a cache knows of them. */
const KEPT: readonly string[] = [
  'X-Test: 1',
  'Test-Header: a, b',
  'Content-Type: text/html; charset=utf-8',
  'Content-Language: de',
  'Content-Encoding: x-odd',
  'Content-Disposition: attachment; filename="a b.txt"',
  'Content-Location: /elsewhere',
  "Content-Security-Policy: default-src 'self'",
  'Strict-Transport-Security: max-age=1',
  'Clear-Site-Data: "cookies"',
  'ETag: "odd, \\ tag"',
  'Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT',
  'Link: </a>; rel=preload',
  'Location: /there',
  'Allow: GET, HEAD',
  'Retry-After: 10',
  'Server: odd/1.0 (x; y)',
  'WWW-Authenticate: Basic realm="a"',
  'Access-Control-Allow-Origin: *',
  'Alt-Svc: h3=":443"',
  'X-Frame-Options: DENY',
  'Accept-Ranges: bytes',
  'Pragma: no-cache',
  'Warning: 199 - "x"',
  'X-Empty:',
  'X-Latin: \xe9\xff',
];

/** Fields that belong to one connection. */
const DROPPED: readonly string[] = [
  'Keep-Alive: timeout=5',
  'Proxy-Authenticate: Basic realm="p"',
  'Proxy-Authentication-Info: x',
  'Proxy-Connection: keep-alive',
  'TE: trailers',
  'Upgrade: h2c',
];

const NOT_STORED: readonly (readonly [...Title, ...fields: string[]])[] = [
  ['9111 §5.2.2.5', 'MUST', 'no-store', 'Cache-Control: no-store, max-age=60'],
  ['9111 §5.2.2.7', 'MUST', 'private', 'Cache-Control: private, max-age=60'],
  ['9111 §5.2.2.7', 'MAY', 'private with field names', 'Cache-Control: private="x-a", max-age=60'],
  ['9111 §4.1', 'MUST', 'Vary: *', FRESH, 'Vary: *'],
  ['9111 §3.3', 'MUST', 'Content-Range in a 200', FRESH, 'Content-Range: bytes 0-0/1'],
  ['9111 §7.3', 'ours', 'Set-Cookie', FRESH, 'Set-Cookie: id=1'],
  [
    '9111 §7.3',
    'ours',
    'Set-Cookie, even with public',
    'Cache-Control: public, max-age=60',
    'Set-Cookie: id=1',
  ],
];

/** What a response says, and whether it may be stored though the request was authorised: RFC 9111 §3.5. */
const AUTHORISED: readonly (readonly [...Title, stored: boolean, value: string])[] = [
  ['9111 §3.5', 'MUST', 'max-age alone', false, 'max-age=60'],
  ['9111 §3.5', 'MAY', 'public', true, 'public, max-age=60'],
  ['9111 §3.5', 'MAY', 's-maxage', true, 's-maxage=60'],
  ['9111 §3.5', 'MAY', 'must-revalidate', true, 'must-revalidate, max-age=60'],
  ['9111 §3.5', 'MUST', 'proxy-revalidate', false, 'proxy-revalidate, max-age=60'],
  ['9111 §3.5', 'MUST', 'private beside public', false, 'private, public, max-age=60'],
  ['9111 §3.5', 'MUST', 'public with an argument', false, 'public="x", max-age=60'],
];

const body = 'a body of some length';

/** Bytes of a response that ends too early. */
const BROKEN: readonly (readonly [name: string, after: 'end' | 'reset', bytes: string])[] = [
  ['its length promised more', 'end', `HTTP/1.1 200 OK\r\n${FRESH}\r\nContent-Length: 99\r\n\r\n${body}`],
  [
    'reset before its length was reached',
    'reset',
    `HTTP/1.1 200 OK\r\n${FRESH}\r\nContent-Length: 99\r\n\r\n${body}`,
  ],
  ['no last chunk', 'end', `HTTP/1.1 200 OK\r\n${FRESH}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n`],
  [
    'broken off within a chunk',
    'end',
    `HTTP/1.1 200 OK\r\n${FRESH}\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab`,
  ],
  [
    'a chunk of no size',
    'end',
    `HTTP/1.1 200 OK\r\n${FRESH}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n`,
  ],
  [
    'reset before its end',
    'reset',
    `HTTP/1.1 200 OK\r\n${FRESH}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n`,
  ],
];

/** What may be stored, and of it what: RFC 9111 §3. */
export const STORING: readonly ConformanceCase[] = [
  ...NOT_STORED.map(([section, level, name, ...fields]) =>
    reuse([section, level, `not stored: ${name}`], false, { fields }),
  ),
  ...AUTHORISED.map(([section, level, name, stored, value]) =>
    reuse(
      [section, level, `${stored ? 'stored' : 'not stored'} of a request with Authorization: ${name}`],
      stored,
      { fields: [`Cache-Control: ${value}`] },
      { first: { fields: ['Authorization: Bearer a'] } },
    ),
  ),
  reuse(
    ['9111 §3.5', 'MAY', 'a stored response answers requests with Authorization'],
    true,
    { fields: [FRESH] },
    { first: {}, second: { fields: ['Authorization: Bearer a'] } },
  ),
  reuse(
    ['9111 §3', 'MAY', 'Cookie in the request changes nothing'],
    true,
    { fields: [FRESH] },
    { first: { fields: ['Cookie: a=b'] }, second: {} },
  ),
  ...[
    200, 201, 202, 203, 204, 299, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 410, 414, 418, 421,
    429, 451, 499, 500, 501, 502, 503, 504, 599,
  ].map((status) =>
    reuse(['9111 §3', 'MAY', `a ${status} with a lifetime is stored`], true, { status, fields: [FRESH] }),
  ),
  ...[200, 299, 404, 500, 599].map((status) =>
    reuse(['9111 §3', 'MUST', `a ${status} without a lifetime is not used again`], false, { status }),
  ),
  reuse(['9111 §5.2.2.3', 'SHOULD', 'must-understand outweighs no-store where the status is known'], true, {
    fields: ['Cache-Control: must-understand, no-store, max-age=60'],
  }),
  reuse(['9111 §5.2.2.3', 'MUST', 'must-understand with a status nobody knows is not stored'], false, {
    status: 599,
    fields: ['Cache-Control: must-understand, max-age=60'],
  }),
  ...[true, false].map((ranged) =>
    reuse(
      ['9111 §3.3', 'MUST', `a 206 ${ranged ? 'to a range' : 'to no range'} is not stored as a whole`],
      false,
      { status: 206, fields: [FRESH, 'Content-Range: bytes 0-0/9'] },
      { first: ranged ? { fields: ['Range: bytes=0-0'] } : {}, second: {} },
    ),
  ),
  ...KEPT.map((line) =>
    steps(['9111 §3.1', 'MUST', `stored with the rest: ${JSON.stringify(line)}`], async (lab) => {
      const name = line.slice(0, line.indexOf(':'));
      lab.serve({ fields: [FRESH, line] });
      const first = await lab.ask();
      const hit = await lab.ask();
      assert.ok(hit.hit);
      assert.deepEqual(hit.values(name), first.values(name));
      assert.deepEqual(hit.values(name), [line.slice(name.length + 1).trim()]);
    }),
  ),
  ...DROPPED.map((line) =>
    steps(['9111 §3.1', 'MUST', `not stored, as it is of one connection: ${line}`], async (lab) => {
      lab.serve({ fields: [FRESH, line, 'X-Kept: 1'] });
      await lab.ask();
      const hit = await lab.ask();
      assert.ok(hit.hit);
      assert.equal(hit.value(line.slice(0, line.indexOf(':'))), undefined);
      assert.equal(hit.value('x-kept'), '1');
    }),
  ),
  steps(
    ['9111 §3.1', 'MUST', 'fields that Connection names are not stored, in any case and line'],
    async (lab) => {
      lab.serve({
        fields: [FRESH, 'Connection: X-A, close', 'connection:x-b', 'X-A: 1', 'x-B: 2', 'X-C: 3'],
      });
      await lab.ask();
      const hit = await lab.ask();
      assert.ok(hit.hit);
      assert.deepEqual([hit.value('x-a'), hit.value('x-b'), hit.value('x-c')], [undefined, undefined, '3']);
    },
  ),
  steps(['9110 §5.3', 'MUST', 'lines of one field stay apart and in order'], async (lab) => {
    lab.serve({ fields: [FRESH, 'Link: </b>', 'X-Other: 1', 'Link: </a>'] });
    await lab.ask();
    assert.deepEqual((await lab.ask()).values('link'), ['</b>', '</a>']);
  }),
  ...BROKEN.map(([name, after, bytes]) =>
    steps(['9111 §3.3', 'MUST', `a response that ends early is never whole: ${name}`], async (lab) => {
      lab.react((request) =>
        lab.seen.length === 1 ? { bytes, after } : lab.bytesOf({ fields: [FRESH] }, request),
      );
      const first = await lab.ask();
      assert.ok(first.status === 502 || !first.complete, 'the client sees that it broke');
      assert.equal((await lab.ask()).body, '2');
    }),
  ),
  steps(['9111 §3.3', 'MAY', 'a response that lasts until the connection closes is whole'], async (lab) => {
    lab.react({ bytes: `HTTP/1.1 200 OK\r\n${FRESH}\r\nConnection: close\r\n\r\nall`, after: 'end' });
    assert.equal((await lab.ask()).body, 'all');
    const hit = await lab.ask();
    assert.deepEqual([hit.hit, hit.body], [true, 'all']);
  }),
  steps(['9112 §7', 'MUST', 'a chunked response is stored without its framing'], async (lab) => {
    lab.react(
      `HTTP/1.1 200 OK\r\n${FRESH}\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n`,
    );
    assert.equal((await lab.ask()).body, 'abcde');
    const hit = await lab.ask();
    assert.deepEqual([hit.hit, hit.body, hit.complete], [true, 'abcde', true]);
    assert.equal(hit.value('x-trailer'), undefined);
  }),
  ...(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY', 'LINK'] as const).map((method) =>
    steps(['9111 §3', 'MUST', `a response to ${method} answers nobody else`], async (lab) => {
      lab.serve({ fields: ['Cache-Control: public, max-age=60'] });
      await lab.ask({ method, ...(method === 'OPTIONS' || method === 'DELETE' ? {} : { body: 'x' }) });
      assert.equal((await lab.ask()).body, '2');
      if (method !== 'QUERY' && method !== 'OPTIONS') return;
      await lab.ask({ method });
      assert.equal(lab.seen.length, 3);
    }),
  ),
  reuse(
    ['9111 §5.2.1.5', 'MUST', 'no-store in a request keeps its response out'],
    false,
    { fields: [FRESH] },
    { first: { fields: ['Cache-Control: no-store'] }, second: {} },
  ),
  steps(['9110 §15.2', 'MUST', 'interim responses go on and are not stored'], async (lab) => {
    lab.react(
      (request) =>
        `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${lab.bytesOf({ fields: [FRESH] }, request)}`,
    );
    assert.deepEqual((await lab.ask()).interim, [103]);
    const hit = await lab.ask();
    assert.deepEqual([hit.hit, hit.interim, hit.body], [true, [], '1']);
  }),
  steps(
    ['9111 §3', 'ours', 'nothing longer than maxEntryBytes is stored, and all of it goes on'],
    async (lab) => {
      const long = 'x'.repeat(1_001);
      lab.serve({ fields: [FRESH], body: long });
      assert.equal((await lab.ask()).body, long);
      lab.react(
        `HTTP/1.1 200 OK\r\n${FRESH}\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n${long}\r\n0\r\n\r\n`,
      );
      const again = await lab.ask();
      assert.deepEqual([again.hit, again.body, again.complete], [false, long, true]);
      assert.equal((await lab.ask()).hit, false);
    },
    { store: { maxEntryBytes: 1_000 } },
  ),
];
