import { expect, it } from 'vitest';
import { type KeySource, keyOf } from './request-key.ts';

const request = {
  headers: {
    raw: ['X-User', 'ada', 'x-empty', '', 'x-user', 'bob', 'Cookie', 'a=1; session="s 1"', 'cookie', 'b='],
  },
  path: '/a/b?x=1&y=%20&xx=2&x=3',
  clientAddress: '192.0.2.1',
};

it.each<[KeySource | KeySource[], string | undefined]>([
  [{ header: 'x-user' }, 'ada'],
  [{ header: 'X-Empty' }, undefined],
  [{ header: 'x-none' }, undefined],
  [{ cookie: 'session' }, 's 1'],
  [{ cookie: 'b' }, undefined],
  [{ query: 'x' }, '1'],
  [{ query: 'y' }, '%20'],
  [{ query: 'z' }, undefined],
  [{ path: true }, '/a/b'],
  [{ clientAddress: true }, '192.0.2.1'],
  [[{ header: 'x-none' }, { query: 'z' }, { cookie: 'a' }, { path: true }], '1'],
  [[{ header: 'x-none' }], undefined],
])('%j is %s', (sources, key) => {
  expect(keyOf('key', sources)(request)).toBe(key);
});

it('has no parameters without a query', () => {
  expect(keyOf('key', { query: 'x' })({ ...request, path: '/x=1' })).toBeUndefined();
});

it.each<[unknown, string]>([
  [undefined, 'key: got undefined, expected an object with one of'],
  [{}, 'key: '],
  [[], 'key: got an array, expected at least one'],
  [{ header: 'a', cookie: 'b' }, 'key: '],
  [{ header: 'a b' }, 'key.header: '],
  [{ cookie: '' }, 'key.cookie: '],
  [{ query: 'a=b' }, 'key.query: '],
  [{ path: '/a' }, 'key.path: '],
  [[{ path: true }, { ip: true }], 'key[1]: '],
])('refuses %j', (sources, message) => {
  expect(() => keyOf('key', sources as KeySource)).toThrow(message);
});
