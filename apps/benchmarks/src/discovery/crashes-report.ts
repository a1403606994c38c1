import { atMost, type Report } from '../lib/report/report.ts';
import { ascending, median, quantile } from '../lib/report/statistics.ts';
import { type CrashesResult, lastPickLimitMs } from './measure-crashes.ts';

/** Puts the results into a table and compares them with what is promised. */
export function crashesReport(results: readonly CrashesResult[]): Report {
  return {
    tables: [
      {
        title: 'Crash (SIGKILL) to last pick',
        columns: [
          { title: 'registry' },
          { title: 'runs' },
          { title: 'TTL ms' },
          { title: 'last pick ms' },
          { title: 'p95' },
          { title: 'max' },
          { title: 'failed, ejecting, max a crash' },
          { title: 'failed, defaults' },
          { title: 'of' },
        ],
        rows: results.map((result) => {
          const last = ascending(result.crashes.map(({ lastPick }) => lastPick));
          return [
            result.registry.name,
            result.crashes.length,
            result.ttlMs,
            median(last),
            quantile(last, 0.95),
            quantile(last, 1),
            mostFailures(result),
            result.failuresWithDefaults,
            result.requestsWithDefaults,
          ];
        }),
      },
    ],
    targets: results.flatMap((result) => {
      const { name } = result.registry;
      const limit = lastPickLimitMs(result.registry, result.ttlMs);
      const last = Math.max(...result.crashes.map(({ lastPick }) => lastPick));
      return [
        atMost(`${name}: last pick after a crash, max`, last, limit, 'ms'),
        atMost(`${name}: failed with ejection, max`, mostFailures(result), 1, 'requests a crash'),
        atMost(`${name}: failed with the defaults`, result.failuresWithDefaults, 0, 'requests'),
      ];
    }),
    notes: [
      'The last pick is that of a client without retries and outlier detection: only the registry tells it of a crash.',
      '"ejecting": one user without retries; an endpoint is ejected at its first failure. "defaults": retries and outlier detection as they come.',
      'Ten endpoints stand; two more are killed 150 ms apart, again and again. DNS adds its TTL of 1 s to the lease.',
    ],
  };
}

function mostFailures({ crashes }: CrashesResult): number {
  return Math.max(...crashes.map(({ failuresWithEjection }) => failuresWithEjection));
}
