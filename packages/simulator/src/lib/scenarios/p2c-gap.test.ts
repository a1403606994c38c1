import { leastRequest } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import { simulate } from '../simulate.ts';
import type { StrategyFactory } from '../strategy-factory.ts';
import { batchedFeedback } from './batched-feedback.ts';
import { p2cGap } from './p2c-gap.ts';
import { plainChoices, plainRandom } from './testing/reference-strategies.ts';

/** How many more balls than the mean the fullest bin has, on average over seeds. */
async function meanGap(
  strategy: StrategyFactory,
  endpoints: number,
  balls: number,
  runs: number,
): Promise<number> {
  let sum = 0;
  for (let seed = 1; seed <= runs; seed++) {
    const { endpoints: bins, requests } = await simulate(p2cGap.make({ strategy, endpoints, balls, seed }));
    expect(requests.unfinished).toBe(balls);
    sum += Math.max(...bins.map(({ finalInFlight }) => finalInFlight)) - balls / endpoints;
  }
  return sum / runs;
}

const threeChoices: StrategyFactory = ({ random, clock }) =>
  leastRequest({ random, clock, choices: 3, fullScanUpTo: 0 });
const twoChoices: StrategyFactory = ({ random, clock }) => leastRequest({ random, clock, fullScanUpTo: 0 });

describe('balls in bins, as theory has them', () => {
  it.each([
    ['random', plainRandom, 10, 1_000, 20, 15, 3],
    ['two choices', plainChoices(2), 10, 1_000, 20, 1.3, 0.3],
    ['three choices', plainChoices(3), 10, 1_000, 20, 0.95, 0.1],
    ['two choices', plainChoices(2), 100, 10_000, 5, 1.95, 0.4],
    ['three choices', plainChoices(3), 100, 10_000, 5, 1.2, 0.4],
    ['random', plainRandom, 1_000, 1_000, 5, 4.6, 0.7],
    ['two choices', plainChoices(2), 1_000, 1_000, 5, 2, 0.2],
    ['three choices', plainChoices(3), 1_000, 1_000, 5, 1.45, 0.5],
  ] as const)(
    '%s: the gap of %i bins and %i balls is that of the reference',
    async (_, strategy, bins, balls, runs, gap, tolerance) => {
      expect(Math.abs((await meanGap(strategy, bins, balls, runs)) - gap)).toBeLessThanOrEqual(tolerance);
    },
  );

  it('random: the gap grows with the balls; two choices: it does not', async () => {
    expect(await meanGap(plainRandom, 100, 1_000, 3)).toBeLessThan(12);
    expect(await meanGap(plainRandom, 100, 10_000, 3)).toBeGreaterThan(20);
    expect(await meanGap(plainChoices(2), 100, 1_000, 3)).toBeCloseTo(2, 0);
    expect(await meanGap(plainChoices(2), 100, 10_000, 3)).toBeCloseTo(2, 0);
  });
});

describe('requests that never end', () => {
  it('least-request keeps 1,000 endpoints within 2.1 of the mean', async () => {
    // Over many runs the mean is 2.0 to 2.1; that of ten may be off by 0.3.
    expect(await meanGap(leastRequest, 1_000, 5_000, 10)).toBeLessThanOrEqual(2.4);
  });

  it('least-request does so too when there are many more requests', async () => {
    expect(await meanGap(leastRequest, 1_000, 80_000, 1)).toBeLessThanOrEqual(2.1);
  });

  it.each([2, 3, 5, 10, 50, 100])(
    'least-request keeps %i endpoints within 2.1 of the mean',
    async (count) => {
      for (const strategy of [leastRequest, twoChoices]) {
        expect(await meanGap(strategy, count, 100 * count, 5)).toBeLessThanOrEqual(2.1);
      }
    },
  );

  it('three choices are closer still', async () => {
    expect(await meanGap(threeChoices, 1_000, 5_000, 3)).toBeLessThanOrEqual(1.7);
    expect(await meanGap(threeChoices, 100, 10_000, 3)).toBeLessThanOrEqual(1.4);
  });
});

describe('feedback in batches', () => {
  it.each([
    ['1 % of the endpoints', 10],
    ['all of the endpoints', 1_000],
  ])('of as many picks as %s: least-request stays within 5 of the mean', async (_, picks) => {
    expect(await meanGap(batchedFeedback(leastRequest, picks), 1_000, 20_000, 2)).toBeLessThanOrEqual(5);
  });

  it.each([2, 3, 5, 50])(
    'of one pick for each of %i endpoints: least-request stays within 5',
    async (count) => {
      const strategy = batchedFeedback(twoChoices, count);
      expect(await meanGap(strategy, count, 100 * count, 5)).toBeLessThanOrEqual(5);
    },
  );

  it('hides its own picks from plain two choices: the gap is larger', async () => {
    const fresh = await meanGap(plainChoices(2), 1_000, 5_000, 2);
    expect(await meanGap(batchedFeedback(plainChoices(2), 1_000), 1_000, 5_000, 2)).toBeGreaterThan(
      fresh + 1,
    );
  });
});
