import { expect, it } from 'vitest';
import { kept } from './kept.ts';

it('makes one thing for the same settings, and takes over what has them already', () => {
  let made = 0;
  const make = (): object => ({ number: ++made });
  const first = kept<object, object>();
  const a = first.of({ a: 1, list: [1] }, make);
  expect(first.of({ list: [1], a: 1 }, make)).toBe(a);
  const b = first.of({ a: 2 }, make);
  const second = kept(first);
  expect(second.of({ a: 2 }, make)).toBe(b);
  const c = second.of({ a: 3 }, make);
  expect(made).toBe(3);
  expect(first.without([second])).toEqual([a]);
  expect(second.without([first])).toEqual([c]);
  expect(second.without([])).toEqual([b, c]);
  expect(first.without([second, first])).toEqual([]);
  // What was not taken over is not found later either.
  expect(kept(second).of({ a: 1, list: [1] }, make)).not.toBe(a);
});
