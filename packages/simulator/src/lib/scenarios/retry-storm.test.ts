import { peakEwma, roundRobin } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import { simulate } from '../simulate.ts';
import { retryStorm } from './retry-storm.ts';
import type { Trial } from './scenario-template.ts';

/** 10 a second, of which those of 10 s are there from the start, and expire by the second: the promise of `retryBudget`. */
const RESERVE = 10 * (60 + 11);

async function attempts(trial: Partial<Trial>): Promise<{ total: number; requests: number }> {
  const { attempts, requests } = await simulate(retryStorm.make({ strategy: peakEwma, ...trial }));
  expect(requests.succeeded).toBe(0);
  expect(requests.unfinished).toBe(0);
  return { total: attempts.total, requests: requests.total };
}

describe('every request fails', () => {
  it('three retries without a budget make the load four times as much', async () => {
    const client = { retry: { maxRetries: 3 }, retryBudget: { ratio: 1_000 } };
    const { total, requests } = await attempts({ client });
    expect(total).toBe(4 * requests);
  });

  it.each([2, 3, 5, 10, 50])('default retries add a fifth and 10 a second, among %i', async (endpoints) => {
    for (const strategy of [peakEwma, roundRobin]) {
      const { total, requests } = await attempts({ strategy, endpoints });
      expect(total).toBeLessThanOrEqual(1.2 * requests + RESERVE);
      expect(total).toBeGreaterThan(1.2 * requests);
    }
  });

  it('the budget holds for three retries as well', async () => {
    const { total, requests } = await attempts({ client: { retry: { maxRetries: 3 } }, seed: 2 });
    expect(total).toBeLessThanOrEqual(1.2 * requests + RESERVE);
  });
});
