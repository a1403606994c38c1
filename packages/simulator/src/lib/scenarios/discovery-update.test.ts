import {
  leastRequest,
  p2c,
  peakEwma,
  random,
  roundRobin,
  smoothWeightedRoundRobin,
} from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import type { Report } from '../report/report.ts';
import { simulate } from '../simulate.ts';
import type { StrategyFactory } from '../strategy-factory.ts';
import { discoveryUpdate } from './discovery-update.ts';

/** The most first requests after the update that one endpoint got. */
function fullest({ endpoints }: Report): number {
  return Math.max(...endpoints.map(({ attemptsByStep }) => attemptsByStep[1] ?? 0));
}

describe('a discovery update', () => {
  it('is not noticed: of 1,000 clients and endpoints the fullest gets as many first requests as bins get balls', async () => {
    expect(fullest(await simulate(discoveryUpdate.make({ strategy: roundRobin })))).toBeLessThanOrEqual(6);
  });

  it('is a herd with a strategy that begins anew', async () => {
    const restarting: StrategyFactory = () => {
      let list: Parameters<ReturnType<StrategyFactory>['update']>[0] = [];
      let turn = 0;
      return {
        name: 'restarting',
        update: (candidates) => {
          list = candidates;
          turn = 0;
        },
        pick: () => list[turn++ % list.length],
      };
    };
    expect(fullest(await simulate(discoveryUpdate.make({ strategy: restarting, endpoints: 100 })))).toBe(100);
  });

  const strategies: readonly (readonly [string, StrategyFactory])[] = [
    ['round robin', roundRobin],
    ['smooth weighted round robin', smoothWeightedRoundRobin],
    ['random', random],
    ['two choices', p2c],
    ['least request', leastRequest],
    ['peak EWMA', peakEwma],
  ];
  it.each(strategies)(
    'of 100 clients and endpoints the fullest has 4.3 first requests on average with %s',
    async (_name, strategy) => {
      let sum = 0;
      for (let seed = 1; seed <= 10; seed++) {
        sum += fullest(await simulate(discoveryUpdate.make({ strategy, seed, endpoints: 100 })));
      }
      expect(sum / 10).toBeLessThanOrEqual(5);
    },
  );
});
