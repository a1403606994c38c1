import { expect, it } from 'vitest';
import { isLooping } from './loop.ts';

it('takes the second pass of its own name for a loop, not the first', () => {
  expect(isLooping([], 'evenkeel')).toBe(false);
  expect(isLooping(['Via', '1.1 evenkeel, 1.1 other'], 'evenkeel')).toBe(false);
  expect(
    isLooping(['Via', '1.1 evenkeel, 1.1 other', 'via', 'HTTP/2.0 Evenkeel (comment)'], 'evenkeel'),
  ).toBe(true);
});

it('compares whole names', () => {
  expect(isLooping(['Via', '1.1 evenkeel-2, 1.1 my-evenkeel, 1.1 a evenkeel'], 'evenkeel')).toBe(false);
});
