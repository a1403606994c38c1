import { describe, expect, it } from 'vitest';
import { isHostName, nameOption } from './dns-name.ts';

describe('isHostName', () => {
  it.each([
    'a',
    'a.test',
    '_http._tcp.orders.default.svc.cluster.local',
    '10-0-0-1.x',
    '0a010001.addr.dc1.consul',
  ])('accepts %s', (name) => expect(isHostName(name)).toBe(true));

  it.each([
    '',
    '.',
    'a..b',
    '.a',
    'a.',
    '-a.test',
    'a-.test',
    'a b',
    'a\nb',
    'a/b',
    'a:80',
    'a@b',
    'a%00',
    'a\\046b',
    '<script>',
    'ä.test',
    `${'a'.repeat(64)}.test`,
    Array(128).fill('a').join('.'),
  ])('refuses %j', (name) => expect(isHostName(name)).toBe(false));
});

describe('nameOption', () => {
  it('drops the final dot and the case', () => expect(nameOption('srv', 'A.Test.')).toBe('a.test'));
  it.each(['', '.', '10.0.0.1', 'a b', undefined, 7])('refuses %j', (name) => {
    expect(() => nameOption('srv', name)).toThrow(/^srv: got .*expected a whole DNS name/);
  });
});
