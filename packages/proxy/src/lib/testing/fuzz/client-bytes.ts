import fc from 'fast-check';
import { chunked, eol, mostly, mutate, mutation, pick, places, sized } from './grammar.ts';

/** Bytes of a client, in the parts in which it sends them. */
export interface ClientBytes {
  readonly text: string;
  /** Where the text is cut into packets. */
  readonly cuts: readonly number[];
}

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n';

const method = pick(
  'GET | GET | POST | POST | PUT | HEAD | DELETE | OPTIONS | TRACE | CONNECT | PRI | M-SEARCH | DESCRIBE | get | X',
);
const target = mostly(
  '/ | /a/../b?c | * | http://other/x | http://u@h/ | /a#b | h:1 | /%00 | /\\x | https:/// | //h | ∅',
);
const version = mostly('HTTP/1.1 | HTTP/1.0 | HTTP/1.2 | HTTP/2.0 | RTSP/1.0 | http/1.1 | ∅');
const host = mostly(
  'Host: h\r\n | ∅ | Host: h\r\nHost: h\r\n | Host: a/b\r\n | Host:\r\n | Host: u@h\r\n | Host : h\r\n | host: h:80\r\n',
);
const FIELDS = `
Connection: close | Connection: keep-alive | Connection: content-length, transfer-encoding, host, x-a
Connection: upgrade | Upgrade: h2c | Upgrade: websocket | Expect: 100-continue | Expect: x | TE: trailers | Trailer: Host
X-A: b | x-a: | X-A: a\tb | X-A: a\rb | X-A: a\0b | X-A : b |  folded | \tfolded | X_A: b | : b | nothing
Transfer-Encoding: chunked | Transfer-Encoding: identity | Transfer-Encoding: gzip, chunked | Transfer-Encoding:
Transfer-Encoding : chunked | Transfer-Encoding: xchunked | Transfer-Encoding:\tchunked | Transfer_Encoding: chunked
Content-Length: 0 | Content-Length: 5 | Content-Length: 5, 5 | Content-Length: +5 | Content-Length: 5  | Content-Length : 5
Content-Length: 0x5 | Content-Length: 18446744073709551621 | Content-Length: -1 | Content_Length: 5
Via: 1.1 evenkeel, 1.1 evenkeel | Max-Forwards: 0 | Max-Forwards: 1 | __proto__: x | constructor: y`;
const field = pick(FIELDS.trim().replaceAll('\n', ' | '));
const content = fc.oneof(
  fc.constant('hello'),
  fc.constant(SMUGGLED),
  fc.string({ unit: 'binary-ascii', maxLength: 20 }),
);
const unsized = mostly(`∅ | ${SMUGGLED} | x`).map((bytes) => ({ field: '', bytes }));

const request = fc
  .record({
    lead: mostly('∅ | \r\n | \n |  '),
    method,
    target,
    version,
    space: mostly('  |    | \t'),
    host,
    fields: fc.array(fc.tuple(field, eol), { maxLength: 3 }),
    body: fc.oneof(unsized, sized(content), chunked(content)),
    eol,
  })
  .map(({ lead, method, target, version, space, host, fields, body, eol }) => {
    const lines = fields.map(([name, end]) => `${name}${end}`).join('');
    return `${lead}${method}${space}${target} ${version}${eol}${host}${body.field}${lines}\r\n${body.bytes}`;
  });

/** Requests by the grammar, good and bad, pipelined and with some of their bytes changed. */
export const requestBytes: fc.Arbitrary<ClientBytes> = fc
  .record({
    requests: fc.array(request, { minLength: 1, maxLength: 3 }),
    mutations: fc.array(mutation(SMUGGLED), { maxLength: 2 }),
    cuts: fc.array(fc.nat(1_000), { maxLength: 3 }),
  })
  .map(({ requests, mutations, cuts }) => {
    const text = mutate(requests.join(''), mutations);
    return { text, cuts: places(text, cuts) };
  });

/** Any bytes at all. */
export const anyBytes: fc.Arbitrary<ClientBytes> = fc
  .uint8Array({ maxLength: 200 })
  .map((bytes) => ({ text: Buffer.from(bytes).toString('latin1'), cuts: [] }));
