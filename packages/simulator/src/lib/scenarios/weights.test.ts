import { leastRequest, p2c, peakEwma } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import { normal } from '../distributions.ts';
import { simulate } from '../simulate.ts';
import type { StrategyFactory } from '../strategy-factory.ts';
import { plainChoices } from './testing/reference-strategies.ts';
import { type WeightsTrial, weights } from './weights.ts';

/** Requests of the last endpoint, for each one of another; its weight promises 0.5. */
async function relativeShare(strategy: StrategyFactory, trial: Partial<WeightsTrial>): Promise<number> {
  const { endpoints, requests } = await simulate(weights.make({ strategy, ...trial }));
  expect(requests.successRatio).toBe(1);
  const last = endpoints.at(-1)?.attempts ?? 0;
  return last / ((requests.total - last) / (endpoints.length - 1));
}

describe('two choices by weight, as most balancers make them', () => {
  // The exact shares of two distinct draws by weight with a coin between equals; the tolerance is four times the error of
  // as many draws as there are.
  it.each([
    [2, 1, 0.036],
    [3, 0.609, 0.021],
    [4, 0.559, 0.023],
    [6, 0.531, 0.027],
    [10, 0.516, 0.035],
    [100, 0.501, 0.09],
  ])('among %i the last gets %f of a share, not half', async (endpoints, share, tolerance) => {
    const measured = await relativeShare(plainChoices(), { endpoints, service: 0 });
    expect(Math.abs(measured - share)).toBeLessThanOrEqual(tolerance);
  });
});

describe('an endpoint of half the weight', () => {
  const strategies = { p2c, leastRequest, peakEwma };
  const cases = Object.entries(strategies).flatMap(([name, strategy]) =>
    [2, 3, 4, 6, 10].map((endpoints) => [name, endpoints, strategy] as const),
  );

  it.each(cases)(
    '%s gives half of a share within one percent at any load, among %i',
    async (_, endpoints, strategy) => {
      for (const load of [0.02, 0.5, 2, 10]) {
        const share = await relativeShare(strategy, { endpoints, load, requests: 20_000 });
        expect(Math.abs(share / 0.5 - 1)).toBeLessThanOrEqual(0.01);
      }
    },
  );

  it.each(cases)('%s does so when latencies vary by a tenth, among %i', async (_, endpoints, strategy) => {
    const trial = { endpoints, service: normal(10, 1), requests: 20_000, seed: 2 };
    expect(Math.abs((await relativeShare(strategy, trial)) / 0.5 - 1)).toBeLessThanOrEqual(0.01);
  });

  it.each(
    Object.entries(strategies).flatMap(([name, strategy]) =>
      [0.1, 3].map((load) => [name, load, strategy] as const),
    ),
  )('%s does so among 100, with %f requests in flight at each', async (_, load, strategy) => {
    const share = await relativeShare(strategy, { endpoints: 100, load, requests: 150_000 });
    expect(Math.abs(share / 0.5 - 1)).toBeLessThanOrEqual(0.01);
  });
});
