import fc from 'fast-check';
import { chunked, eol, mostly, mutate, mutation, pick, places, sized } from './grammar.ts';

/** What an upstream sends, and how it then ends its connection. */
export interface UpstreamBytes {
  readonly method: string;
  /** Of the client's request. */
  readonly version: '1.0' | '1.1';
  readonly text: string;
  readonly cuts: readonly number[];
  readonly ending: 'closed' | 'reset' | 'open';
}

const NEXT = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';

const LINES = `
HTTP/1.1 200 OK | HTTP/1.0 200 OK | HTTP/1.1 200 | HTTP/1.1 200  | HTTP/1.1 404 Not Found | HTTP/1.1 204 No Content
HTTP/1.1 304 Not Modified | HTTP/1.1 101 Switching Protocols | HTTP/1.1 100 Continue | HTTP/1.1 103 Early
HTTP/1.1 99 Low | HTTP/1.1 000 None | HTTP/1.1 600 High | HTTP/1.1 2000 OK | HTTP/1.2 200 OK | HTTP/2.0 200 OK
HTTP/1.1  200 OK | HTTP/1.1 200 O\0K | HTTP/1.1 200 O\xe9 | ICY 200 OK | http/1.1 200 OK | 200 OK | ∅`;
const line = mostly(LINES.trim().replaceAll('\n', ' | '));
const interim = mostly(
  '∅ | HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n | HTTP/1.1 100 Continue\r\n\r\n | HTTP/1.1 199 X\r\nContent-Length: 5\r\n\r\n',
);
const FIELDS = `
Connection: close | Connection: keep-alive | Connection: upgrade | Upgrade: websocket | Keep-Alive: timeout=5
Content-Length: 5 | Content-Length: 0 | Content-Length: 5, 5 | Content-Length: +5 | Content-Length: -1 | Content-Length:
Content-Length : 5 | Content-Length: 5  | Content-Length: 0x5 | Content-Length: 99999999999999999999 | Content_Length: 5
Transfer-Encoding: chunked | Transfer-Encoding: gzip, chunked | Transfer-Encoding: identity | Transfer-Encoding:
Transfer-Encoding: xchunked | Transfer-Encoding : chunked | Transfer-Encoding:\tchunked | Transfer-Encoding: chunked, chunked
Set-Cookie: a=b | X-A: a\rb | X-A: a\0b | X-A: a\x7fb | X-A : b |  folded | : b | nothing | Trailer: Content-Length | __proto__: x`;
const field = pick(FIELDS.trim().replaceAll('\n', ' | '));
const content = fc.oneof(
  fc.constant('hello'),
  fc.constant(NEXT),
  fc.string({ unit: 'binary-ascii', maxLength: 20 }),
);
const unsized = content.map((bytes) => ({ field: '', bytes }));

const response = fc
  .record({
    interim,
    line,
    fields: fc.array(fc.tuple(field, eol), { maxLength: 2 }),
    body: fc.oneof(unsized, sized(content), chunked(content)),
    eol,
    behind: mostly(`∅ | ${NEXT} | x | \r\n`),
  })
  .map(({ interim, line, fields, body, eol, behind }) => {
    const lines = fields.map(([name, end]) => `${name}${end}`).join('');
    return `${interim}${line}${eol}${body.field}${lines}\r\n${body.bytes}${behind}`;
  });

const base = {
  method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'HEAD'),
  version: fc.constantFrom<'1.0' | '1.1'>('1.1', '1.1', '1.0'),
  ending: fc.constantFrom<'closed' | 'reset' | 'open'>('closed', 'closed', 'closed', 'reset', 'open'),
};

/** A response by the grammar, good or bad, with some of its bytes changed, and often cut short. */
export const responseBytes: fc.Arbitrary<UpstreamBytes> = fc
  .record({
    ...base,
    response,
    mutations: fc.array(mutation(NEXT), { maxLength: 2 }),
    cuts: fc.array(fc.nat(1_000), { maxLength: 3 }),
    end: fc.oneof(fc.constant(1_000), fc.nat(300)),
  })
  .map(({ response, mutations, cuts, end, ...rest }) => {
    const text = mutate(response, mutations).slice(0, end);
    return { ...rest, text, cuts: places(text, cuts) };
  });
