import { type StrategyFactory, simulate } from '@evenkeel/simulator';
import { antagonistsAt } from '@evenkeel/simulator/scenarios';
import { peakEwma, prequal, reportedLoad } from '@evenkeel/strategies';
import type { Figure } from '../figure.ts';

/** Prequal beside weighted round robin over load reports, and beside peak EWMA, which up to eight endpoints compares all. */
export const antagonistFigures: readonly Figure[] = [4, 20].flatMap((endpoints) => [
  ratio(endpoints, 0.75, 'reported load', reportedLoad),
  ratio(endpoints, 0.93, 'reported load', reportedLoad, 0.5, '0.33 (94 of 281 ms, 4 endpoints)'),
  ratio(endpoints, 1.03, 'reported load', reportedLoad),
  ratio(endpoints, 1.27, 'reported load', reportedLoad, 1 / 3, '0.32 (215 of 678 ms, 4 endpoints)'),
  ratio(endpoints, 0.9, 'peak EWMA', peakEwma, 0.75, '0.63 to 0.72 (20 hosts, two choices)'),
]);

function ratio(
  endpoints: number,
  load: number,
  other: string,
  strategy: StrategyFactory,
  atMost?: number,
  reference?: string,
): Figure {
  const p99 = async (one: StrategyFactory, seed: number): Promise<number> =>
    (await simulate(antagonistsAt(load).make({ strategy: one, seed, endpoints }))).latencyMs.p99;
  return {
    scenario: `antagonists ${endpoints} at ${load} load`,
    name: `p99, prequal ÷ ${other}`,
    digits: 2,
    ...(reference === undefined ? {} : { reference }),
    ...(atMost === undefined ? {} : { target: { atMost } }),
    measure: async (seed) => (await p99(prequal, seed)) / (await p99(strategy, seed)),
  };
}
