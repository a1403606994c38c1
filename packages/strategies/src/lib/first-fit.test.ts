import { type FakeCandidate, fakeCandidate, testStrategy } from '@evenkeel/testing';
import { describe, expect, it, test } from 'vitest';
import { type FirstFitOptions, firstFit } from './first-fit.ts';

const trio = (): FakeCandidate[] => [1, 2, 3].map((port) => fakeCandidate({ host: 'h', port }));

describe('firstFit', () => {
  testStrategy({ test, make: () => firstFit({ maxInFlight: 10 }), shares: 'none' });

  it('fills one after the other', () => {
    const strategy = firstFit({ maxInFlight: 2 });
    strategy.update(trio());
    const ports = Array.from({ length: 6 }, () => {
      const picked = strategy.pick({}) as FakeCandidate;
      picked.inFlight++;
      return picked.endpoint.port;
    });
    expect(ports).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it('comes back to the first as soon as it has room', () => {
    const list = trio();
    const strategy = firstFit({ maxInFlight: 1 });
    strategy.update(list);
    list[0]!.inFlight = 1;
    expect(strategy.pick({})).toBe(list[1]);
    list[0]!.inFlight = 0;
    expect(strategy.pick({})).toBe(list[0]);
  });

  it('sizes the limit by weight, and spills to the emptiest when all are full', () => {
    const list = trio();
    list[0]!.weight = 2;
    const strategy = firstFit({ maxInFlight: 2 });
    strategy.update(list);
    list[0]!.inFlight = 3;
    expect(strategy.pick({})).toBe(list[0]);
    for (const [i, inFlight] of [7, 4, 3].entries()) list[i]!.inFlight = inFlight;
    expect(strategy.pick({})).toBe(list[2]);
  });

  it('rejects a missing or impossible limit', () => {
    expect(() => firstFit({} as FirstFitOptions)).toThrow(/maxInFlight/);
    expect(() => firstFit({ maxInFlight: 0 })).toThrow(/maxInFlight/);
  });
});
