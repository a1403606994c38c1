import { type StrategyName, strategyByName, strategyNames } from '@evenkeel/strategies';
import type { Benchmark } from '../lib/cli/benchmark.ts';
import { churnReport } from './churn-report.ts';
import { type ChurnResult, runChurn } from './run-churn.ts';

/** What constant change of the endpoints costs, and whether anything is lost or leaks. */
export const churn: Benchmark = {
  name: 'churn',
  summary: 'updates, picks, survivors and heap while endpoints come and go, on a virtual clock',
  options: {
    strategies: { description: 'strategies', fallback: ['peak-ewma', 'round-robin'], choices: strategyNames },
    endpoints: { description: 'number of endpoints', fallback: 10_000, quick: 200, min: 100 },
    'churn-percent': {
      description: 'endpoints replaced each second, in %',
      fallback: 1,
      min: 0,
      fractional: true,
    },
    seconds: {
      description: 'virtual time, in seconds; memory is full after 60',
      fallback: 600,
      quick: 240,
      min: 240,
    },
    picks: { description: 'picks in each virtual second', fallback: 1_000, quick: 100, min: 10 },
  },
  async run(settings) {
    const results = new Map<string, ChurnResult>();
    for (const name of settings.list('strategies')) {
      settings.progress(`churn: ${name}`);
      const seconds = settings.number('seconds');
      const result = await runChurn({
        strategy: strategyByName(name as StrategyName),
        endpoints: settings.number('endpoints'),
        churnRatio: settings.number('churn-percent') / 100,
        seconds,
        picksPerSecond: settings.number('picks'),
        heapEverySeconds: Math.max(1, Math.floor(seconds / 20)),
      });
      results.set(name, result);
    }
    return churnReport(settings.number('endpoints'), results);
  },
};
