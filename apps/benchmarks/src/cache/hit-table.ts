import type { Table } from '../lib/report/report.ts';
import { median, spreadRatio } from '../lib/report/statistics.ts';
import type { ProxyRound } from '../proxy/measure-proxies.ts';

type Rounds = readonly ProxyRound[];

/** CPU time of one proxy to that of another one, within the same round. */
export function cpuRatio(rounds: Rounds, others: Rounds): number {
  return median(rounds.map((round, index) => round.cpuMicros / (others[index]?.cpuMicros ?? Number.NaN)));
}

/**
 * Puts the rounds of all proxies into one table.
 *
 * @param references names of those that the others are set beside
 */
export function hitTable(
  names: readonly string[],
  results: readonly Rounds[],
  references: readonly string[],
): Table {
  return {
    title: 'Small GET with keep-alive, one process; with a cache every request is a hit in memory',
    columns: [
      { title: 'proxy' },
      { title: 'CPU µs a request', digits: 1 },
      { title: '±%', digits: 1 },
      ...references.map((name) => ({ title: `to ${name}`, digits: 2 })),
      { title: 'req/s' },
      { title: 'p50 ms', digits: 2 },
      { title: 'p99 ms', digits: 2 },
    ],
    rows: names.map((name, index) => {
      const rounds = results[index] ?? [];
      const cpu = rounds.map((round) => round.cpuMicros);
      return [
        name,
        median(cpu),
        100 * spreadRatio(cpu),
        ...references.map((other) => cpuRatio(rounds, results[names.indexOf(other)] ?? [])),
        median(rounds.map((round) => round.requestsPerSecond)),
        median(rounds.map((round) => round.p50Ms)),
        median(rounds.map((round) => round.p99Ms)),
      ];
    }),
  };
}
