import { startService } from '@evenkeel/services';
import type { Benchmark, Settings } from '../lib/cli/benchmark.ts';
import { joined } from '../lib/report/joined.ts';
import type { Report } from '../lib/report/report.ts';
import { crashesReport } from './crashes-report.ts';
import { joinsReport } from './joins-report.ts';
import { type CrashesResult, measureCrashes } from './measure-crashes.ts';
import { type JoinsResult, measureJoins } from './measure-joins.ts';
import { outageReport } from './outage/outage-report.ts';
import { OUTAGES, type OutageResult, runOutage } from './outage/run-outage.ts';
import { PEERS } from './peers/peers.ts';
import { REGISTRIES } from './registries/registries.ts';
import { REGISTRY_NAMES, type Registry, type RegistryName } from './registries/registry.ts';

/** A run over DNS takes seconds, so there are fewer of them. */
const POLLED_SHARE = 5;

/** What clients see of endpoints that come, leave and crash, and of registries that fail, on real servers. */
export const discovery: Benchmark = {
  name: 'discovery',
  summary: 'how soon clients follow real registries, and what outages of those cost',
  options: {
    registries: { description: 'registries', fallback: REGISTRY_NAMES, choices: REGISTRY_NAMES },
    scenarios: {
      description: 'what happens',
      fallback: ['joins', 'crashes', 'outages'],
      choices: ['joins', 'crashes', 'outages'],
    },
    runs: {
      description: 'joins and crashes of each registry; a fifth over DNS',
      fallback: 50,
      quick: 2,
    },
    'ttl-ms': {
      description: 'the lease of an endpoint that crashes, in ms',
      fallback: 2_000,
      min: 1_000,
    },
    outages: { description: 'outages', fallback: OUTAGES, choices: OUTAGES },
    'outage-seconds': { description: 'how long a registry is away', fallback: 6, min: 4 },
  },
  async run(settings) {
    const registries = settings.list('registries').map((name) => REGISTRIES[name as RegistryName]);
    const scenarios = settings.list('scenarios');
    const parts: Report[] = [];
    if (scenarios.includes('joins')) parts.push(joinsReport(await runJoins(registries, settings)));
    if (scenarios.includes('crashes')) parts.push(crashesReport(await runCrashes(registries, settings)));
    if (scenarios.includes('outages')) {
      const outageMs = 1_000 * settings.number('outage-seconds');
      parts.push(outageReport(await runOutages(registries, settings, outageMs), outageMs));
    }
    return joined(parts);
  },
};

async function runJoins(
  registries: readonly Registry[],
  settings: Settings,
): Promise<readonly JoinsResult[]> {
  const results: JoinsResult[] = [];
  for (const registry of registries) {
    settings.progress(`discovery: joins, ${registry.name}`);
    await using server = await startService(registry.server, registry.startOptions);
    results.push(await measureJoins(registry, server, PEERS[registry.name], runsOf(registry, settings)));
  }
  return results;
}

async function runCrashes(
  registries: readonly Registry[],
  settings: Settings,
): Promise<readonly CrashesResult[]> {
  const results: CrashesResult[] = [];
  for (const registry of registries) {
    settings.progress(`discovery: crashes, ${registry.name}`);
    await using server = await startService(registry.server, registry.startOptions);
    const runs = runsOf(registry, settings);
    results.push(await measureCrashes(registry, server, runs, settings.number('ttl-ms')));
  }
  return results;
}

async function runOutages(
  registries: readonly Registry[],
  settings: Settings,
  outageMs: number,
): Promise<readonly OutageResult[]> {
  const results: OutageResult[] = [];
  for (const registry of registries) {
    for (const outage of OUTAGES.filter((name) => settings.list('outages').includes(name))) {
      settings.progress(`discovery: outage, ${registry.name}, ${outage}`);
      results.push(await runOutage(registry, outage, outageMs));
    }
  }
  return results;
}

function runsOf({ refreshMs }: Registry, settings: Settings): number {
  const runs = settings.number('runs');
  return refreshMs === 0 ? runs : Math.ceil(runs / POLLED_SHARE);
}
