import { simulate } from '@evenkeel/simulator';
import { failFast } from '@evenkeel/simulator/scenarios';
import { peakEwma } from '@evenkeel/strategies';
import type { Figure } from '../figure.ts';

/** By number of endpoints: what two choices by requests in flight make of it, and what is promised. */
const CASES: readonly (readonly [endpoints: number, plain: string, atMost: number])[] = [
  [2, '', 5],
  [3, '66.9 %', 5],
  [5, '', 5],
  [10, '19.7 %', 1],
  [50, '', 1],
];

/** One endpoint fails at once what the others take 50 ms for; no retries. */
export const failFastFigures: readonly Figure[] = CASES.map(([endpoints, plain, atMost]) => ({
  scenario: `fail-fast ${endpoints}, peak EWMA`,
  name: 'failed, %',
  digits: 3,
  ...(plain === '' ? {} : { reference: `${plain} with plain two choices` }),
  target: { atMost },
  measure: async (seed) => {
    const { requests } = await simulate(failFast.make({ strategy: peakEwma, seed, endpoints }));
    return (100 * requests.failed) / requests.total;
  },
}));
