import { describe, expect, it } from 'vitest';
import { findCycles } from './find-cycles.ts';

const cyclesOf = (edges: Record<string, string[]>): readonly (readonly string[])[] =>
  findCycles(new Map(Object.entries(edges)));

describe('findCycles', () => {
  it('finds none in a diamond', () => {
    expect(cyclesOf({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })).toEqual([]);
  });

  it('gives the path of a cycle, without the files that only lead to it', () => {
    expect(cyclesOf({ entry: ['a'], a: ['b'], b: ['c'], c: ['a'] })).toEqual([['a', 'b', 'c', 'a']]);
  });

  it('finds a file that imports itself', () => {
    expect(cyclesOf({ a: ['a'] })).toEqual([['a', 'a']]);
  });

  it('finds each of two separate cycles', () => {
    expect(cyclesOf({ a: ['b'], b: ['a'], c: ['d'], d: ['c'] })).toHaveLength(2);
  });

  it('ignores targets outside the graph', () => {
    expect(cyclesOf({ a: ['elsewhere'] })).toEqual([]);
  });
});
