import { expect, it } from 'vitest';
import { asManyAsFit, shortened } from './fit-text.ts';

it('cuts off what is too long', () => {
  expect([shortened('round-robin', 11), shortened('round-robin', 10.9)]).toEqual([
    'round-robin',
    'round-rob…',
  ]);
});

it('leaves out what does not fit, but never the first', () => {
  expect(asManyAsFit(['a', 'bb', 'cc'], 6)).toBe('a · bb');
  expect(asManyAsFit(['too long', 'b'], 3)).toBe('too long');
});
