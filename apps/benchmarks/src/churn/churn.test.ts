import type { Candidate, Strategy } from '@evenkeel/core';
import { peakEwma, roundRobin } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import { heapGrowthRatio } from './heap-growth.ts';
import { type ChurnOptions, runChurn } from './run-churn.ts';

// More than two windows of the guard's memory, which is a minute, with a tenth of the endpoints replaced each second.
const CHURN: Omit<ChurnOptions, 'strategy'> = {
  endpoints: 100,
  churnRatio: 0.1,
  seconds: 240,
  picksPerSecond: 50,
  heapEverySeconds: 12,
};
const MAX_GROWTH_RATIO = 0.1;

describe('a cluster under churn', () => {
  it('keeps the state of those that stay and the heap flat', async () => {
    const result = await runChurn({ ...CHURN, strategy: peakEwma() });
    expect(result).toMatchObject({
      departures: 2_400,
      survivors: 10,
      lostSurvivors: 0,
      leakedInFlight: 0,
    });
    // The guard keeps endpoints out that flap; here hardly any do.
    expect(result.known).toBeGreaterThan(90);
    expect(heapGrowthRatio(result.heap)).toBeLessThan(MAX_GROWTH_RATIO);
  });

  it('would be found out if it leaked endpoints', async () => {
    const result = await runChurn({ ...CHURN, strategy: hoarding(roundRobin()) });
    expect(heapGrowthRatio(result.heap)).toBeGreaterThan(MAX_GROWTH_RATIO);
  });

  it('would be found out if it lost outcomes', async () => {
    const result = await runChurn({ ...CHURN, seconds: 12, strategy: forgetful(roundRobin()) });
    expect(result.lostSurvivors).toBeGreaterThan(0);
  });
});

/** Never forgets a candidate, with two kilobytes for each. */
function hoarding(strategy: Strategy): Strategy {
  const seen = new Map<Candidate, readonly number[]>();
  return {
    name: 'hoarding',
    update(candidates) {
      for (const candidate of candidates) {
        if (!seen.has(candidate)) seen.set(candidate, Array.from({ length: 256 }, Math.random));
      }
      strategy.update(candidates);
    },
    pick: (context) => strategy.pick(context),
  };
}

/** Resets what the cluster counted for a candidate whenever the candidates change. */
function forgetful(strategy: Strategy): Strategy {
  return {
    name: 'forgetful',
    update(candidates) {
      for (const candidate of candidates) Object.assign(candidate, { successes: 0 });
      strategy.update(candidates);
    },
    pick: (context) => strategy.pick(context),
  };
}
