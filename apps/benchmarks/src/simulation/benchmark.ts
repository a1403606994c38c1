import {
  lognormal,
  type Report as SimulationReport,
  type StrategyFactory,
  simulate,
} from '@evenkeel/simulator';
import { peakEwma, prequal, roundRobin } from '@evenkeel/strategies';
import type { Benchmark } from '../lib/cli/benchmark.ts';
import { atMost, type Report } from '../lib/report/report.ts';

/** What is promised for a million requests, in seconds. */
const PROMISED_SECONDS = 10;
const REQUESTS_PER_SECOND = 2_000;

const STRATEGIES: Readonly<Record<string, StrategyFactory>> = {
  'round-robin': roundRobin,
  'peak-ewma': peakEwma,
  'prequal without probes': ({ clock, random }) => prequal({ clock, random }),
};

/** How long the simulator takes. */
export const simulation: Benchmark = {
  name: 'simulation',
  summary: 'the time that a million simulated requests take, with retries and outlier detection',
  options: {
    requests: { description: 'simulated requests', fallback: 1_000_000, quick: 20_000, min: 1_000 },
    endpoints: { description: 'number of endpoints', fallback: 100 },
  },
  async run(settings) {
    const requests = settings.number('requests');
    const rows: (readonly [name: string, seconds: number, cpuSeconds: number, report: SimulationReport])[] =
      [];
    for (const [name, strategy] of Object.entries(STRATEGIES)) {
      settings.progress(`simulation: ${name}`);
      const startedAt = performance.now();
      const cpu = process.cpuUsage();
      const report = await simulate({
        name: 'speed',
        strategy,
        durationMs: (requests / REQUESTS_PER_SECOND) * 1_000,
        endpoints: Array.from({ length: settings.number('endpoints') }, () => ({
          service: lognormal(10, 0.5),
          concurrency: 10,
        })),
        clients: { traffic: { requestsPerSecond: REQUESTS_PER_SECOND }, perTryTimeoutMs: 1_000 },
      });
      const { user, system } = process.cpuUsage(cpu);
      rows.push([name, (performance.now() - startedAt) / 1_000, (user + system) / 1e6, report]);
    }
    return report(rows, requests);
  },
};

function report(
  rows: readonly (readonly [name: string, seconds: number, cpuSeconds: number, report: SimulationReport])[],
  requests: number,
): Report {
  const limit = (PROMISED_SECONDS * requests) / 1_000_000;
  return {
    tables: [
      {
        title: `${requests} simulated requests`,
        columns: [
          { title: 'strategy' },
          { title: 'requests' },
          { title: 'seconds', digits: 2 },
          { title: 'CPU seconds', digits: 2 },
          { title: 'CPU µs a request', digits: 2 },
        ],
        rows: rows.map(
          ([
            name,
            seconds,
            cpuSeconds,
            {
              requests: { total },
            },
          ]) => [name, total, seconds, cpuSeconds, (cpuSeconds * 1e6) / total],
        ),
      },
    ],
    targets: rows.map(([name, , cpuSeconds]) => atMost(`${name}: CPU time`, cpuSeconds, limit, 's')),
    notes: [
      'Each request goes through the real client, cluster and strategy. CPU time is of all threads of the process.',
    ],
  };
}
