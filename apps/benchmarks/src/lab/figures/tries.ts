import { type ClientSettings, simulate } from '@evenkeel/simulator';
import { outage, rareSlowness, retryChain, retryStorm } from '@evenkeel/simulator/scenarios';
import { peakEwma } from '@evenkeel/strategies';
import type { Figure } from '../figure.ts';

/** Ten retries a second for each request of `retry-storm`, which sends 500. */
const RESERVE = 10 / 500;
const BACK_MS = 40_000;
const PROBE_MS = 1_500;

/** Hedges, retries, and the way back from an outage. */
export const tryFigures: readonly Figure[] = [
  {
    scenario: 'rare-slowness 10, default hedges',
    name: 'p99.9 cut, times',
    digits: 0,
    reference: '24 (1,800 to 74 ms, Dean and Barroso)',
    target: { atLeast: 10 },
    measure: async (seed) => {
      const p999 = async (hedge: object | false): Promise<number> =>
        (await simulate(rareSlowness.make({ strategy: peakEwma, seed, client: { hedge } }))).latencyMs.p999;
      return (await p999(false)) / (await p999({}));
    },
  },
  {
    scenario: 'rare-slowness 10, default hedges',
    name: 'extra requests, %',
    digits: 2,
    reference: '2 (Dean and Barroso)',
    target: { atMost: 5 },
    measure: async (seed) =>
      100 * (await simulate(rareSlowness.make({ strategy: peakEwma, seed }))).attempts.extraRatio,
  },
  {
    scenario: 'retry-storm 10, default retries',
    name: 'load, times, less what 10 a second add',
    digits: 3,
    reference: '4 with three retries and no budget',
    target: { atMost: 1.2 },
    measure: async (seed) =>
      (await simulate(retryStorm.make({ strategy: peakEwma, seed }))).attempts.extraRatio + 1 - RESERVE,
  },
  {
    scenario: 'retry-chain 3, budgets of a fifth alone',
    name: 'load on the third tier, times',
    digits: 3,
    reference: '64 with three retries and no budget',
    target: { atMost: 1.73 },
    measure: async (seed) => {
      const client = { retryBudget: { minPerSecond: 0 } };
      const { tiers } = await simulate(retryChain.make({ strategy: peakEwma, seed, client }));
      return tiers[2]?.attemptsPerRequest ?? Number.NaN;
    },
  },
  ...[2, 3, 5].flatMap((endpoints) => [
    outageFigure(endpoints, 'default retries', {}),
    outageFigure(endpoints, 'no retries', { retry: false }),
  ]),
];

/** Counted once a probe has had its time: whoever is down still is tried now and then, each one by itself. */
function outageFigure(endpoints: number, what: string, client: ClientSettings): Figure {
  return {
    scenario: `outage ${endpoints}, ${what}`,
    name: 'most failed in half a second',
    digits: 0,
    target: { atMost: 1 },
    measure: async (seed) => {
      const { steps } = await simulate(outage.make({ strategy: peakEwma, seed, endpoints, client }));
      return Math.max(...steps.filter(({ atMs }) => atMs >= BACK_MS + PROBE_MS).map(({ failed }) => failed));
    },
  };
}
