import type { Benchmark, Settings } from '../lib/cli/benchmark.ts';
import { plainAgent } from '../lib/clients/agent.ts';
import { balancedPool } from '../lib/clients/balanced-pool.ts';
import type { Contender } from '../lib/clients/contender.ts';
import { evenkeel } from '../lib/clients/evenkeel.ts';
import { healthy } from '../lib/endpoints/behaviour.ts';
import { startEndpoints } from '../lib/endpoints/endpoint-group.ts';
import type { Table } from '../lib/report/report.ts';
import { measureRounds } from './measure-rounds.ts';
import { findNginx } from './nginx.ts';
import { overheadTable } from './overhead-table.ts';
import { throughEvenkeel, throughNginx } from './proxied.ts';

/** What balancing costs when nothing is wrong. */
export const overhead: Benchmark = {
  name: 'overhead',
  summary: 'requests a second through our client and our proxy beside those that go straight',
  options: {
    scenarios: {
      description: 'what is measured',
      fallback: ['client', 'proxy'],
      choices: ['client', 'proxy'],
    },
    rounds: { description: 'rounds after the warm-up', fallback: 9, quick: 1 },
    requests: { description: 'requests in each round', fallback: 5_000, quick: 200 },
    concurrency: { description: 'requests open at the same time', fallback: 50, quick: 10 },
  },
  async run(settings) {
    await using endpoints = await startEndpoints(Array.from({ length: 3 }, () => healthy(0)));
    const nginx = await findNginx();
    const tables: Table[] = [];
    if (settings.list('scenarios').includes('client')) {
      tables.push(await measure('Clients, three healthy endpoints', CLIENTS, endpoints.addresses, settings));
    }
    if (settings.list('scenarios').includes('proxy')) {
      const proxies = [
        plainAgent('straight'),
        throughEvenkeel('evenkeel proxy'),
        ...(nginx === undefined ? [] : [throughNginx('nginx', nginx)]),
      ];
      tables.push(await measure('Proxies, three healthy endpoints', proxies, endpoints.addresses, settings));
    }
    return {
      tables,
      targets: [],
      notes: [
        'Ratios are to the first row in the same round; all rows share one run, in changing order.',
        'Load generator, proxy and endpoints share the machine: CPU time for each request says more than requests a second.',
        ...(nginx === undefined ? ['nginx: not installed.'] : []),
      ],
    };
  },
};

const CLIENTS: readonly Contender[] = [
  plainAgent('plain Agent'),
  balancedPool({ name: 'BalancedPool' }),
  evenkeel({ name: 'evenkeel' }),
];

async function measure(
  title: string,
  contenders: readonly Contender[],
  addresses: readonly string[],
  settings: Settings,
): Promise<Table> {
  settings.progress(`overhead: ${title}`);
  const results = await measureRounds(addresses, contenders, {
    rounds: settings.number('rounds'),
    requests: settings.number('requests'),
    concurrency: settings.number('concurrency'),
  });
  return overheadTable(title, contenders, results);
}
