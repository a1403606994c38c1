import { peakEwma } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import { simulate } from '../simulate.ts';
import { type RetryChainTrial, retryChain } from './retry-chain.ts';

/** Attempts at each tier for one request of the client. */
async function load(trial: Partial<RetryChainTrial>): Promise<readonly number[]> {
  const { tiers, requests } = await simulate(retryChain.make({ strategy: peakEwma, ...trial }));
  expect(requests.succeeded).toBe(0);
  return tiers.map(({ attemptsPerRequest }) => attemptsPerRequest);
}

describe('the lowest of three tiers fails every request', () => {
  it('three retries without a budget multiply to 4, 16 and 64 times the load', async () => {
    const client = { retry: { maxRetries: 3 }, retryBudget: { ratio: 1_000 } };
    expect(await load({ client, requestsPerSecond: 20 })).toEqual([4, 16, 64]);
  });

  it.each([2, 3, 5, 10])(
    'budgets of a fifth bound it to 1.73 times, with %i endpoints a tier',
    async (endpoints) => {
      for (const maxRetries of [2, 3]) {
        const client = { retry: { maxRetries }, retryBudget: { minPerSecond: 0 } };
        const [first, second, third] = await load({ endpoints, client });
        expect(first).toBeLessThanOrEqual(1.2);
        expect(second).toBeLessThanOrEqual(1.44);
        expect(third).toBeLessThanOrEqual(1.73);
        expect(third).toBeGreaterThan(1.6);
      }
    },
  );

  it.each([2, 3, 5])(
    'defaults add 10 a second for each client of a tier, with %i endpoints a tier',
    async (endpoints) => {
      const requestsPerSecond = 500;
      // In 30 s, with the reserve of 10 s that is there from the start, and expires by the second.
      const reserve = (10 * (30 + 11)) / 30 / requestsPerSecond;
      const [first = 0, second = 0, third = 0] = await load({ endpoints, requestsPerSecond });
      expect(first).toBeLessThanOrEqual(1.2 + reserve);
      expect(second).toBeLessThanOrEqual(1.2 * first + endpoints * reserve);
      expect(third).toBeLessThanOrEqual(1.2 * second + endpoints * reserve);
    },
  );
});
