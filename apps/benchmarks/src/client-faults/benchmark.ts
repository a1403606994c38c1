import type { Benchmark, Settings } from '../lib/cli/benchmark.ts';
import { healthy } from '../lib/endpoints/behaviour.ts';
import { type EndpointGroup, startEndpoints } from '../lib/endpoints/endpoint-group.ts';
import { joined } from '../lib/report/joined.ts';
import { FAULT_CONTENDERS, RECOVERY_CONTENDERS } from './contenders.ts';
import { FAULTS, HEALTHY_MS } from './faults.ts';
import { faultsReport } from './faults-report.ts';
import { type FaultResult, measureFault } from './measure-fault.ts';
import { measureRecovery, type RecoveryResult } from './measure-recovery.ts';
import { recoveryReport } from './recovery-report.ts';

const RECOVERY = 'recovery';
const SCENARIOS: readonly string[] = [...FAULTS.map(({ name }) => name), RECOVERY];

/** What clients see of one endpoint at fault, and of a service that comes back. */
export const clientFaults: Benchmark = {
  name: 'client-faults',
  summary: 'success and latency with one endpoint of three at fault, and recovery when all were down',
  options: {
    scenarios: { description: 'what goes wrong', fallback: SCENARIOS, choices: SCENARIOS },
    requests: { description: 'requests for each client and fault', fallback: 2_000, quick: 200, min: 200 },
    concurrency: { description: 'requests open at the same time', fallback: 10 },
    'down-ms': { description: 'how long all endpoints are down, in ms', fallback: 2_000, quick: 200 },
    'up-ms': { description: 'how long one is up after that, in ms', fallback: 3_000, quick: 500 },
  },
  async run(settings) {
    await using endpoints = await startEndpoints(Array.from({ length: 3 }, () => healthy(HEALTHY_MS)));
    const scenarios = settings.list('scenarios');
    const faults = await runFaults(endpoints, settings);
    const parts = faults.length === 0 ? [] : [faultsReport(faults)];
    if (scenarios.includes(RECOVERY)) parts.push(recoveryReport(await runRecovery(endpoints, settings)));
    return joined(parts);
  },
};

async function runFaults(endpoints: EndpointGroup, settings: Settings): Promise<readonly FaultResult[]> {
  const results: FaultResult[] = [];
  const concurrency = settings.number('concurrency');
  for (const fault of FAULTS.filter(({ name }) => settings.list('scenarios').includes(name))) {
    for (const contender of FAULT_CONTENDERS) {
      settings.progress(`client-faults: ${fault.name}, ${contender.name}`);
      const requests = Math.round(settings.number('requests') * (fault.requestRatio ?? 1));
      results.push(await measureFault(endpoints, fault, contender, { requests, concurrency }));
    }
  }
  return results;
}

async function runRecovery(endpoints: EndpointGroup, settings: Settings): Promise<readonly RecoveryResult[]> {
  const results: RecoveryResult[] = [];
  for (const contender of RECOVERY_CONTENDERS) {
    settings.progress(`client-faults: ${RECOVERY}, ${contender.name}`);
    const load = {
      concurrency: settings.number('concurrency'),
      downMs: settings.number('down-ms'),
      upMs: settings.number('up-ms'),
    };
    results.push(await measureRecovery(endpoints, contender, load));
  }
  return results;
}
