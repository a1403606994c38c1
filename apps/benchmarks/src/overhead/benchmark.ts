import type { Benchmark } from '../lib/cli/benchmark.ts';
import { plainAgent } from '../lib/clients/agent.ts';
import { balancedPool } from '../lib/clients/balanced-pool.ts';
import type { Contender } from '../lib/clients/contender.ts';
import { evenkeel } from '../lib/clients/evenkeel.ts';
import { healthy } from '../lib/endpoints/behaviour.ts';
import { startEndpoints } from '../lib/endpoints/endpoint-group.ts';
import { measureRounds } from './measure-rounds.ts';
import { overheadTable } from './overhead-table.ts';

/** What balancing costs when nothing is wrong. */
export const overhead: Benchmark = {
  name: 'overhead',
  summary: 'requests a second through our client beside those that do not balance, or not as much',
  options: {
    rounds: { description: 'rounds after the warm-up', fallback: 9, quick: 1 },
    requests: { description: 'requests in each round', fallback: 5_000, quick: 200 },
    concurrency: { description: 'requests open at the same time', fallback: 50, quick: 10 },
  },
  async run(settings) {
    await using endpoints = await startEndpoints(Array.from({ length: 3 }, () => healthy(0)));
    const results = await measureRounds(endpoints.addresses, CLIENTS, {
      rounds: settings.number('rounds'),
      requests: settings.number('requests'),
      concurrency: settings.number('concurrency'),
    });
    return {
      tables: [overheadTable('Clients, three healthy endpoints', CLIENTS, results)],
      targets: [],
      notes: [
        'Ratios are to the first row in the same round; all rows share one run, in changing order.',
        'Load generator and endpoints share the machine: CPU time for each request says more than requests a second.',
      ],
    };
  },
};

const CLIENTS: readonly Contender[] = [
  plainAgent('plain Agent'),
  balancedPool({ name: 'BalancedPool' }),
  evenkeel({ name: 'evenkeel' }),
];
