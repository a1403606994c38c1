import { peakEwma } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import type { Report } from '../report/report.ts';
import { simulate } from '../simulate.ts';
import { allSlow } from './all-slow.ts';
import type { Trial } from './scenario-template.ts';

/** The most by which extra attempts exceed the budget's promise, over every stretch of whole seconds. */
function overBudget({ steps, endpoints, durationMs }: Report): number {
  const extra = steps.map(
    ({ requests }, step) =>
      endpoints.reduce((sum, { attemptsByStep }) => sum + (attemptsByStep[step] ?? 0), 0) - requests,
  );
  const ttl = 10;
  let worst = Number.NEGATIVE_INFINITY;
  for (let from = 0; from < durationMs / 1_000; from++) {
    let sum = 0;
    let credit = 0;
    for (let step = Math.max(0, from - ttl); step < from; step++) credit += steps[step]?.requests ?? 0;
    for (let to = from; to < steps.length; to++) {
      sum += extra[to] ?? 0;
      credit += steps[to]?.requests ?? 0;
      worst = Math.max(worst, sum - 0.2 * credit - 10 * (to - from + 1 + 1.1 * ttl));
    }
  }
  return worst;
}

function run(trial: Partial<Trial>): Promise<Report> {
  return simulate(allSlow.make({ strategy: peakEwma, ...trial }));
}

describe('all endpoints fifty times slower for a while', () => {
  it.each([2, 3, 5, 10, 50])('default hedges stay within the budget, among %i', async (endpoints) => {
    for (const seed of [1, 2]) {
      const report = await run({ endpoints, seed });
      expect(report.requests.successRatio).toBe(1);
      expect(report.attempts.hedges).toBeGreaterThan(100);
      expect(overBudget(report)).toBeLessThanOrEqual(0);
    }
  });

  it('hedges that would double the load stay within it too; without a budget they do double it', async () => {
    const eager = { hedge: { delayMs: 20 } };
    const bounded = await run({ client: eager });
    expect(overBudget(bounded)).toBeLessThanOrEqual(0);
    expect(bounded.attempts.extraRatio).toBeLessThanOrEqual(0.22);
    const unbounded = await run({ client: { ...eager, retryBudget: { ratio: 1_000 } } });
    expect(overBudget(unbounded)).toBeGreaterThan(1_000);
    expect(unbounded.attempts.extraRatio).toBeGreaterThan(0.3);
  });
});
