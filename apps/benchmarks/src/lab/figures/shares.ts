import {
  constant,
  type Distribution,
  exponential,
  type StrategyFactory,
  simulate,
} from '@evenkeel/simulator';
import { discoveryUpdate, p2cGap, weights } from '@evenkeel/simulator/scenarios';
import { leastRequest, p2c, peakEwma, random, roundRobin } from '@evenkeel/strategies';
import type { Figure } from '../figure.ts';

const twoChoices: StrategyFactory = ({ random: chance, clock }) =>
  leastRequest({ random: chance, clock, fullScanUpTo: 0 });
/** What plain two choices give the last of n endpoints, of half the weight, instead of its half share. */
const DRIFT: Readonly<Record<number, string>> = {
  2: '+100 %',
  3: '+22 %',
  4: '+12 %',
  6: '+6 %',
  10: '+3 %',
};
const BALLS_PER_BIN = 100;
const SERVICE_MS = 10;

/** How evenly requests are spread. */
export const shareFigures: readonly Figure[] = [
  gap('random', random),
  gap('least request of two', twoChoices, 2.1),
  ...Object.entries({ p2c, 'least request': leastRequest, 'peak EWMA': peakEwma }).flatMap(
    ([what, strategy]) =>
      Object.entries(DRIFT).map(([endpoints, drift]) =>
        weightError(what, strategy, Number(endpoints), drift),
      ),
  ),
  ...[2, 10].map((endpoints) =>
    weightFigure('peak EWMA, exponential times', peakEwma, endpoints, exponential(SERVICE_MS)),
  ),
  herd('round robin', roundRobin),
  herd('peak EWMA', peakEwma),
];

function gap(what: string, strategy: StrategyFactory, atMost?: number): Figure {
  return {
    scenario: `p2c-gap 1,000, ${what}`,
    name: 'fullest above the mean',
    digits: 1,
    ...(atMost === undefined ? { reference: '31 at 100 balls a bin, 103 at 1,000' } : { target: { atMost } }),
    measure: async (seed) => {
      const { endpoints } = await simulate(p2cGap.make({ strategy, seed, balls: BALLS_PER_BIN * 1_000 }));
      return Math.max(...endpoints.map(({ finalInFlight }) => finalInFlight)) - BALLS_PER_BIN;
    },
  };
}

function weightError(what: string, strategy: StrategyFactory, endpoints: number, reference: string): Figure {
  return {
    ...weightFigure(what, strategy, endpoints, constant(SERVICE_MS)),
    reference: `${reference} with plain two choices`,
    target: { atMost: 1 },
  };
}

function weightFigure(
  what: string,
  strategy: StrategyFactory,
  endpoints: number,
  service: Distribution,
): Figure {
  return {
    scenario: `weights ${endpoints}, ${what}`,
    name: 'share off its weight, %',
    digits: 2,
    measure: async (seed) => {
      const trial = { strategy, seed, endpoints, service, requests: Math.max(20_000, 5_000 * endpoints) };
      const report = await simulate(weights.make(trial));
      const fair = 0.5 / (endpoints - 0.5);
      return 100 * Math.abs((report.endpoints.at(-1)?.share ?? 0) / fair - 1);
    },
  };
}

function herd(what: string, strategy: StrategyFactory): Figure {
  return {
    scenario: `discovery-update 1,000, ${what}`,
    name: 'first requests at the fullest',
    digits: 0,
    reference: '5.6 with a random start, 1,000 with a restart',
    target: { atMost: 6 },
    measure: async (seed) => {
      const { endpoints } = await simulate(discoveryUpdate.make({ strategy, seed }));
      return Math.max(...endpoints.map(({ attemptsByStep }) => attemptsByStep[1] ?? 0));
    },
  };
}
