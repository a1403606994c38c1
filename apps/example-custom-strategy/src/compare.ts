import { formatReports, lognormal, type Report, type Scenario, simulate } from '@evenkeel/simulator';
import { peakEwma, roundRobin } from '@evenkeel/strategies';
import { quietest } from './quietest.ts';

/** Eight endpoints, one of which takes five times as long for a third of the time. */
const SCENARIO: Omit<Scenario, 'strategy'> = {
  name: 'one slow endpoint',
  durationMs: 30_000,
  endpoints: Array.from({ length: 8 }, () => ({ service: lognormal(20, 0.5), concurrency: 8 })),
  clients: { traffic: { requestsPerSecond: 1_000 } },
  changes: [{ atMs: 10_000, untilMs: 20_000, endpoints: 'e0', set: { service: lognormal(100, 0.5) } }],
};

/** How the balancer does beside round robin and the default, in simulation. */
export async function comparison(): Promise<string> {
  const reports: Report[] = [];
  for (const strategy of [roundRobin, peakEwma, quietest]) {
    reports.push(await simulate({ ...SCENARIO, strategy }));
  }
  return formatReports(reports);
}
