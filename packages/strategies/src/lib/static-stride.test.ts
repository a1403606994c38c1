import { describe, expect, it } from 'vitest';
import { StaticStride } from './static-stride.ts';

/** The entries picked from a sequence number on. */
function take(weights: readonly number[], picks: number, from = 0): number[] {
  const scheduler = StaticStride.from(weights);
  const picked: number[] = [];
  for (let sequence = from; picked.length < picks; sequence++) {
    if (scheduler!.isPick(sequence)) picked.push(sequence % weights.length);
  }
  return picked;
}

function counts(weights: readonly number[], picks: number): number[] {
  const result = weights.map(() => 0);
  for (const index of take(weights, picks)) result[index]!++;
  return result;
}

// The figures are those of gRPC's static_stride_scheduler_test.cc.
describe('StaticStride', () => {
  it.each([[[]], [[1]], [[0]], [[0, 0, 0, 0]]])('has nothing to weigh in %j', (weights) => {
    expect(StaticStride.from(weights)).toBeUndefined();
  });

  it.each([
    [[1, Number.POSITIVE_INFINITY]],
    [[1, Number.NaN]],
    [[Number.MAX_VALUE, Number.MAX_VALUE]],
    [[Number.MIN_VALUE, Number.MIN_VALUE]],
  ])('refuses %j, which no 16 bits can scale: a pick would never come', (weights) => {
    expect(StaticStride.from(weights)).toBeUndefined();
  });

  it.each([
    [[1, 2, 3], 6, [1, 2, 3]],
    [[3, 0, 1], 6, [3, 2, 1]],
    [[81, ...Array.from({ length: 19 }, () => 1)], 69, [50, ...Array.from({ length: 19 }, () => 1)]],
    [[100, 1e-10], 201, [200, 1]],
  ])('picks %j in proportion, with unknown and extreme weights bounded', (weights, picks, expected) => {
    expect(counts(weights, picks)).toEqual(expected);
  });

  it('is a plain round robin for equal and unknown weights', () => {
    const picked = take([300, 300, 0], 1_003);
    expect(new Set(picked.slice(0, 3))).toEqual(new Set([0, 1, 2]));
    for (let i = 3; i < picked.length; i++) expect(picked[i]).toBe(picked[i - 3]);
  });

  it('picks the largest in every generation', () => {
    expect(counts([1, 2, 3], 65_535 * 2)[2]).toBe(65_535);
  });

  it('gives the same picks when it is built again on the way', () => {
    const whole = take([1, 2, 3], 100);
    let sequence = 0;
    const again = whole.map(() => {
      const scheduler = StaticStride.from([1, 2, 3]);
      while (!scheduler!.isPick(sequence++));
      return (sequence - 1) % 3;
    });
    expect(again).toEqual(whole);
  });
});
