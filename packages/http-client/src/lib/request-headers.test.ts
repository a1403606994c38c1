import { Headers } from 'undici';
import { expect, test } from 'vitest';
import { headerValue, stableHeaders, withHeader } from './request-headers.ts';

const forms = {
  'an object': { Host: 'a', 'X-Many': ['1', '2'] },
  'a flat list': ['Host', 'a', 'X-Many', '1', 'X-Many', '2'],
  'a Map': new Map<string, string | string[]>([
    ['Host', 'a'],
    ['X-Many', ['1', '2']],
  ]),
  'undici Headers': new Headers([
    ['Host', 'a'],
    ['X-Many', '1, 2'],
  ]),
} as const;

test.each(Object.entries(forms))(
  'of %s a value is read, and one is replaced, whatever its case',
  (_name, form) => {
    const headers = stableHeaders(form as never);
    expect(headerValue(headers, 'host')).toBe('a');
    expect(headerValue(headers, 'x-none')).toBeUndefined();
    const changed = withHeader(headers, 'host', 'b');
    expect(headerValue(changed, 'host')).toBe('b');
    expect(JSON.stringify(changed).match(/host/gi)).toHaveLength(1);
    expect(JSON.stringify(changed)).toContain('2');
    expect(headerValue(headers, 'host')).toBe('a');
  },
);

test('none are none', () => {
  for (const none of [null, undefined]) {
    expect(stableHeaders(none)).toBeNull();
  }
  expect(headerValue(null, 'host')).toBeUndefined();
  expect(withHeader(null, 'host', 'b')).toEqual({ host: 'b' });
});

test('undefined values stay out, hostile names do no harm', () => {
  expect(headerValue({ host: undefined }, 'host')).toBeUndefined();
  const changed = withHeader(JSON.parse('{"__proto__": "x", "constructor": "y"}'), 'host', 'b');
  expect(Object.getPrototypeOf(changed)).toBe(Object.prototype);
});
