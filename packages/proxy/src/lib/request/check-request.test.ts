import { describe, expect, it } from 'vitest';
import type { Exchange } from '../exchange.ts';
import { checkRequest } from './check-request.ts';

const limits = { maxTargetLength: 8_192, maxHeaders: 10, plainPaths: false };

function check(
  target: string,
  headers: string[] = ['Host', 'a.example'],
  method = 'GET',
  httpVersion = '1.1',
) {
  return checkRequest({ method, target, httpVersion, rawHeaders: headers } as unknown as Exchange, limits);
}

describe('request target (RFC 9112 §3.2)', () => {
  it.each(['/', '/a/../b', '/%2e%2e/%41', '/a//b?c=d?e', '/a\\b', '/..;x', '/\xe9'])(
    'keeps %s byte for byte',
    (target) => {
      expect(check(target)).toMatchObject({ path: target });
    },
  );

  it.each([
    ['http://b.example/x?y', '/x?y'],
    ['HTTP://b.example:80/x', '/x'],
    ['https://b.example', '/'],
    ['http://b.example?x', '/?x'],
  ])('takes host and path from %s', (target, path) => {
    expect(check(target)).toMatchObject({ path, authority: { hostname: 'b.example' } });
  });

  it.each([
    'foo',
    '',
    'a/b',
    '*',
    'http://',
    'http://u@h/',
    'http://h:99999/',
    'ftp://h/',
    '/a#b',
    '/a b',
    '/a\x01',
    '/a\x7f',
  ])('refuses %j', (target) => {
    expect(check(target)).toBe('bad-target');
  });

  it('takes * for OPTIONS alone', () => {
    expect(check('*', undefined, 'OPTIONS')).toMatchObject({ path: '*' });
    expect(check('http://a.example', undefined, 'OPTIONS')).toMatchObject({ path: '*' });
  });

  it('answers a target that is too long', () => {
    expect(check(`/${'a'.repeat(8_191)}`)).toMatchObject({});
    expect(check(`/${'a'.repeat(8_192)}`)).toBe('target-too-long');
  });
});

describe('Host (RFC 9112 §3.2)', () => {
  it.each(['a.example', 'A.Example.:8080', '[::1]:80', '127.0.0.1', 'a_b', 'a:'])('takes %s', (host) => {
    expect(check('/', ['Host', host])).toMatchObject({ authority: { text: host } });
  });

  it.each(['', 'a/b', 'u@h', 'a b', 'a,b c', 'h:x', 'h:1:2', '[::1', 'a:99999', 'a?b', 'a#b', '[::1]x'])(
    'refuses %j',
    (host) => {
      expect(check('/', ['Host', host])).toBe('bad-host');
    },
  );

  it('refuses none in 1.1, and two in any version', () => {
    expect(check('/', [])).toBe('bad-host');
    expect(check('/', ['Host', 'a', 'host', 'a'])).toBe('bad-host');
    expect(check('/', ['Host', 'a', 'host', 'a'], 'GET', '1.0')).toBe('bad-host');
    expect(check('/', [], 'GET', '1.0')).toEqual({ path: '/', authority: undefined });
  });

  it('is not asked where the target names the host, but must be valid', () => {
    expect(check('http://b/', ['Host', 'a'])).toMatchObject({ authority: { text: 'b' } });
    expect(check('http://b/', ['Host', 'a/b'])).toBe('bad-host');
  });
});

describe('framing (RFC 9112 §6.3)', () => {
  it.each<[string[], string]>([
    [['Transfer-Encoding', 'chunked', 'Content-Length', '3'], 'bad-framing'],
    [['Transfer-Encoding', ''], 'bad-framing'],
    [['Transfer-Encoding', 'xchunked'], 'bad-framing'],
    [['Transfer-Encoding', 'chunked, gzip'], 'bad-framing'],
    [['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'], 'bad-framing'],
    [['Transfer-Encoding', 'gzip, chunked'], 'coding-not-supported'],
    [['Content-Length', '5', 'content-length', '5'], 'bad-framing'],
    [['Content-Length', '5, 5'], 'bad-framing'],
    [['Content-Length', '+5'], 'bad-framing'],
    [['Content-Length', ''], 'bad-framing'],
  ])('%j is %s', (headers, reason) => {
    expect(check('/', ['Host', 'a', ...headers])).toBe(reason);
  });

  it('refuses Transfer-Encoding in HTTP/1.0', () => {
    expect(check('/', ['Host', 'a', 'Transfer-Encoding', 'chunked'], 'POST', '1.0')).toBe('bad-framing');
  });
});

it('refuses CONNECT, unknown versions, control bytes in values and too many fields', () => {
  expect(check('a:443', undefined, 'CONNECT')).toBe('method-not-supported');
  expect(check('/', undefined, 'GET', '3.7')).toBe('bad-request');
  expect(check('/', ['Host', 'a', 'X', 'a\x01b'])).toBe('bad-header');
  expect(check('/', ['Host', 'a', 'X', 'a\tb\xff'])).toMatchObject({ path: '/' });
  const many = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 'X' : 'y'));
  expect(check('/', ['Host', 'a', ...many])).toBe('too-many-headers');
});

it.each([
  '/a/../admin',
  '/%61dmin',
  '/%2e%2e/admin',
  '//admin',
  '/a//b',
  '/x%2fadmin',
  '/x\\admin',
  '/x%5Cadmin',
  '/a/.;x/b',
  '/%7Euser',
  '/%5f',
  '/a%30',
])('refuses %s where paths must be plain, and lets it pass where not', (target) => {
  const from = {
    method: 'GET',
    target,
    httpVersion: '1.1',
    rawHeaders: ['host', 'h'],
  } as unknown as Exchange;
  expect(checkRequest(from, { ...limits, plainPaths: true })).toBe('bad-target');
  expect(checkRequest(from, limits)).toMatchObject({ path: target });
});

it.each([
  '/',
  '/admin',
  '/a/b/',
  '/a%20b',
  '/%C3%A4',
  '/a.b/..c/.d',
  '/x?next=//y/../%61',
  '/~user',
  '/%25%3F',
])('lets %s pass where paths must be plain', (target) => {
  const from = {
    method: 'GET',
    target,
    httpVersion: '1.1',
    rawHeaders: ['host', 'h'],
  } as unknown as Exchange;
  expect(checkRequest(from, { ...limits, plainPaths: true })).toMatchObject({ path: target });
});
