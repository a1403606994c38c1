import { expect, it } from 'vitest';
import { isPlainlyFramed, responseHeaders, responseTrailers } from './response-headers.ts';

it('keeps order, case and every Set-Cookie line', () => {
  const fields = [
    'Set-Cookie',
    'a=1',
    'X-Y',
    'z',
    'set-cookie',
    'b=2; Expires=Wed, 01 Jan 2031 00:00:00 GMT',
  ];
  expect(responseHeaders(200, fields, false)).toEqual(fields);
});

it('removes hop-by-hop fields and those that Connection names, but never the framing', () => {
  const hop = [
    'Connection',
    'keep-alive, X-Internal, Content-Length, Date',
    'X-Internal',
    '1',
    'Keep-Alive',
    'x',
  ];
  const kept = ['Content-Length', '3', 'Date', 'now'];
  expect(responseHeaders(200, [...hop, 'Transfer-Encoding', 'chunked', ...kept], false)).toEqual(kept);
});

it('has no Content-Length in 1xx and 204, and keeps it in 304 (RFC 9110 §8.6)', () => {
  expect(responseHeaders(204, ['Content-Length', '0'], false)).toEqual([]);
  expect(responseHeaders(103, ['Content-Length', '0'], false)).toEqual([]);
  expect(responseHeaders(304, ['Content-Length', '5'], false)).toEqual(['Content-Length', '5']);
});

it('refuses a value with a control byte', () => {
  expect(responseHeaders(200, ['X', 'a\x00b'], false)).toBeUndefined();
});

it('announces trailers only when they will be forwarded', () => {
  expect(responseHeaders(200, ['Trailer', 'X-Sum'], false)).toEqual([]);
  expect(responseHeaders(200, ['Trailer', 'X-Sum'], true)).toEqual(['Trailer', 'X-Sum']);
});

it('drops trailers that frame, route or authorise (RFC 9110 §6.5.1)', () => {
  const bad = [
    'Content-Length',
    '1',
    'Transfer-Encoding',
    'chunked',
    'Set-Cookie',
    'a',
    'Host',
    'b',
    'TE',
    'c',
  ];
  expect(responseTrailers(['X-Sum', '1', ...bad, 'X-Bad', 'a\x00'])).toEqual(['X-Sum', '1']);
});

it.each([
  [[], true],
  [['Transfer-Encoding', 'Chunked'], true],
  [['Transfer-Encoding', 'chunked '], true],
  [['Transfer-Encoding', 'chunked\t'], false],
  [['Transfer-Encoding', 'gzip, chunked'], false],
  [['Transfer-Encoding', 'chunked', 'transfer-encoding', 'chunked'], false],
])('the framing of %j is plain: %s', (fields, plain) => {
  expect(isPlainlyFramed(fields)).toBe(plain);
});
