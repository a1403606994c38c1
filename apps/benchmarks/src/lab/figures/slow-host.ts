import { type ClientSettings, type StrategyFactory, simulate } from '@evenkeel/simulator';
import { slowHost } from '@evenkeel/simulator/scenarios';
import { leastRequest, peakEwma, roundRobin } from '@evenkeel/strategies';
import type { Figure } from '../figure.ts';

const PLAIN: ClientSettings = { outlierDetection: false };
/** Nothing of a slow endpoint is hedged before nearly all others would have answered. */
const HEDGED: ClientSettings = { hedge: { percentile: 0.995 } };
const twoChoices: StrategyFactory = ({ random, clock }) => leastRequest({ random, clock, fullScanUpTo: 0 });

/** Buoyant's experiment of 2016. */
export const slowHostFigures: readonly Figure[] = [
  {
    ...success(
      '11, round robin, no ejections',
      roundRobin,
      11,
      PLAIN,
      95.3,
      '95 % (Buoyant), 95.455 by arithmetic',
    ),
    target: { atLeast: 95.3, atMost: 95.5 },
  },
  success('11, least request of two, no ejections', twoChoices, 11, PLAIN, 99.4, '99 % (Buoyant)'),
  success('11, peak EWMA, no ejections', peakEwma, 11, PLAIN, 99.95, '99.9 % (Buoyant)'),
  success('2, peak EWMA', peakEwma, 2, {}, 99.7, '99.31 %'),
  success('3, peak EWMA', peakEwma, 3, {}, 99.8, '99.65 %'),
  success('5, peak EWMA', peakEwma, 5, {}, 99.9, '99.82 %'),
  success('11, peak EWMA', peakEwma, 11, {}, 99.95, '99.9 % (Buoyant)'),
  success('50, peak EWMA', peakEwma, 50, {}, 99.95, '99.98 %'),
  success('11, peak EWMA, hedges', peakEwma, 11, HEDGED, 100),
  {
    scenario: 'slow-host 11, peak EWMA, hedges',
    name: 'extra requests, %',
    digits: 2,
    target: { atMost: 1 },
    measure: async (seed) =>
      100 * (await simulate(slowHost.make({ strategy: peakEwma, seed, client: HEDGED }))).attempts.extraRatio,
  },
];

function success(
  what: string,
  strategy: StrategyFactory,
  endpoints: number,
  client: ClientSettings,
  atLeast: number,
  reference?: string,
): Figure {
  return {
    scenario: `slow-host ${what}`,
    name: 'succeeded, %',
    digits: 3,
    ...(reference === undefined ? {} : { reference }),
    target: { atLeast },
    measure: async (seed) => {
      const { requests } = await simulate(slowHost.make({ strategy, seed, endpoints, client }));
      return 100 * requests.successRatio;
    },
  };
}
