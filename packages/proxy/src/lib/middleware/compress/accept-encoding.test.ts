import { expect, it } from 'vitest';
import { codingChooser } from './accept-encoding.ts';

it.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['gzip', 'gzip'],
  ['GZip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', undefined],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, br', 'br'],
  ['gzip;q=1, br;q=0.5', 'gzip'],
  ['gzip;q=0.5 , br ; q=0.8', 'br'],
  ['gzip;q=0, br;q=0.000', undefined],
  ['*', 'zstd'],
  ['*;q=0.1', 'zstd'],
  ['gzip, *;q=0', 'gzip'],
  ['zstd;q=0, *', 'br'],
  ['identity', undefined],
  ['identity;q=1, gzip;q=0.5', undefined],
  ['identity;q=0.5, gzip;q=0.5', 'gzip'],
  ['identity;q=0.5, *;q=0.4', undefined],
  ['identity;q=0', undefined],
  ['gzip;q=1.5', undefined],
  ['gzip;q=abc', undefined],
  ['gzip;q=', undefined],
  ['gzip;foo=bar', 'gzip'],
  ['gzip;q=0, gzip;q=1', undefined],
  ['gzipped, br2', undefined],
  [',,gzip,', 'gzip'],
])('%j is answered with %s', (field, coding) => {
  const choose = codingChooser(['zstd', 'br', 'gzip']);
  expect(choose(field)).toBe(coding);
  expect(choose(field)).toBe(coding);
});

it('offers what it was told to, in that order', () => {
  expect(codingChooser(['gzip'])('gzip, br, zstd')).toBe('gzip');
  expect(codingChooser(['gzip', 'br'])('zstd, br, gzip')).toBe('gzip');
  expect(codingChooser(['br'])('gzip, zstd')).toBeUndefined();
});

it('does not remember without end', () => {
  const choose = codingChooser(['gzip']);
  for (let i = 0; i < 1_000; i++) expect(choose(`x${i}, gzip`)).toBe('gzip');
});
