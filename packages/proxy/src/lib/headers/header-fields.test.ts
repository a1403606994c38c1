import { expect, it } from 'vitest';
import { headerFields } from './header-fields.ts';

it('finds values by name in any case, the first or all of them', () => {
  const fields = headerFields(['Accept', 'a', 'X-Y', '1', 'accept', 'b']);
  expect(fields.get('ACCEPT')).toBe('a');
  expect(fields.getAll('accept')).toEqual(['a', 'b']);
  expect(fields.get('x')).toBeUndefined();
  expect(fields.getAll('x')).toEqual([]);
});

it('replaces all values by one in the place of the first, and keeps the name as it was', () => {
  const fields = headerFields(['Accept', 'a', 'X-Y', '1', 'accept', 'b', 'accept', 'c']);
  fields.set('accept', 'z');
  expect(fields.raw).toEqual(['Accept', 'z', 'X-Y', '1']);
  fields.set('new', '2');
  expect(fields.raw).toEqual(['Accept', 'z', 'X-Y', '1', 'new', '2']);
});

it('adds behind all others, and deletes every value', () => {
  const fields = headerFields(['a', '1', 'b', '2']);
  fields.append('A', '3');
  expect(fields.raw).toEqual(['a', '1', 'b', '2', 'A', '3']);
  fields.delete('a');
  expect(fields.raw).toEqual(['b', '2']);
});
