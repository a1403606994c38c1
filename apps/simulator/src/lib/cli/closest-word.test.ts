import { expect, it } from 'vitest';
import { closestWord } from './closest-word.ts';

it.each([
  ['peak-ewna', 'peak-ewma'],
  ['Maglev', 'maglev'],
  ['round', 'round-robin'],
  ['prqual', 'prequal'],
  ['nothing-like-it', undefined],
  ['', undefined],
])('takes "%s" for %s', (typed, meant) => {
  expect(closestWord(typed, ['round-robin', 'peak-ewma', 'maglev', 'p2c', 'prequal'])).toBe(meant);
});
