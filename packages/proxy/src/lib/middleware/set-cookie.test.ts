import { expect, it } from 'vitest';
import { headerFields } from '../headers/header-fields.ts';
import type { RoutedRequest } from './middleware.ts';
import { addCookie, cookieWriter, dropCookie } from './set-cookie.ts';

const over = (encrypted: boolean) => ({ exchange: { encrypted } }) as RoutedRequest;

it('is secure where the request came over TLS, unless told otherwise', () => {
  const plain = cookieWriter('cookie', 'a', {}, undefined);
  expect(plain(over(false), '1')).toBe('a=1; Path=/; HttpOnly; SameSite=Lax');
  expect(plain(over(true), '1')).toBe('a=1; Path=/; HttpOnly; SameSite=Lax; Secure');
  expect(cookieWriter('cookie', 'a', { secure: true }, 1_500)(over(false), '1')).toBe(
    'a=1; Path=/; Max-Age=2; HttpOnly; SameSite=Lax; Secure',
  );
  expect(cookieWriter('cookie', 'a', { secure: false, httpOnly: false }, undefined)(over(true), '1')).toBe(
    'a=1; Path=/; SameSite=Lax',
  );
  expect(
    cookieWriter('cookie', 'a', { sameSite: 'none', domain: 'a.example' }, undefined)(over(false), '1'),
  ).toBe('a=1; Path=/; Domain=a.example; HttpOnly; SameSite=None; Secure');
});

it.each<[string[], string[]]>([
  [[], ['cache-control', 'private']],
  [
    ['Cache-Control', 'public, max-age=60, s-maxage=10'],
    ['Cache-Control', 'max-age=60, private'],
  ],
  [
    ['Cache-Control', 'max-age=60', 'cache-control', 'Public'],
    ['Cache-Control', 'max-age=60, private'],
  ],
  [
    ['Cache-Control', 'no-store'],
    ['Cache-Control', 'no-store'],
  ],
  [
    ['Cache-Control', 'private="x"'],
    ['Cache-Control', 'private="x", private'],
  ],
  [
    ['CDN-Cache-Control', 'max-age=60', 'Surrogate-Control', 'max-age=9', 'X', '1'],
    ['X', '1', 'cache-control', 'private'],
  ],
])('keeps shared caches from storing the cookie: %j', (before, after) => {
  const headers = headerFields([...before]);
  addCookie(headers, 'a=1');
  expect(headers.getAll('set-cookie')).toEqual(['a=1']);
  headers.delete('set-cookie');
  expect(headers.raw).toEqual(after);
});

it.each<[string[], string[]]>([
  [
    ['Cookie', 'a=1; b=2; a=3'],
    ['Cookie', 'b=2'],
  ],
  [['Cookie', 'a=1'], []],
  [
    ['Cookie', 'aa=1; a=2', 'cookie', 'c="x"; a'],
    ['Cookie', 'aa=1; c="x"'],
  ],
  [
    ['X', '1'],
    ['X', '1'],
  ],
])('takes a cookie out of %j', (before, after) => {
  const headers = headerFields([...before]);
  dropCookie(headers, 'a');
  expect(headers.raw).toEqual(after);
});
