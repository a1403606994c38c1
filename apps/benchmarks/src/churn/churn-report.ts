import { atMost, type Cell, type Report, type Target } from '../lib/report/report.ts';
import { ascending, quantile } from '../lib/report/statistics.ts';
import { heapGrowthRatio } from './heap-growth.ts';
import type { ChurnResult } from './run-churn.ts';

/** The heap may wander by this, in %: the compiler's own memory is part of it. */
const MAX_GROWTH_PERCENT = 5;

/** Puts the results into tables and compares them with what is promised. */
export function churnReport(endpoints: number, results: ReadonlyMap<string, ChurnResult>): Report {
  const entries = [...results];
  return {
    tables: [
      {
        title: `${endpoints} endpoints under churn`,
        columns: [
          { title: 'strategy' },
          { title: 'left' },
          { title: 'known at the end' },
          { title: 'survivors' },
          { title: 'of them lost' },
          { title: 'in-flight leaks' },
          { title: 'heap MB', digits: 1 },
          { title: 'heap growth %', digits: 2 },
        ],
        rows: entries.map(([name, result]) => [
          name,
          result.departures,
          result.known,
          result.survivors,
          result.lostSurvivors,
          result.leakedInFlight,
          (result.heap.at(-1)?.bytes ?? Number.NaN) / 1e6,
          100 * heapGrowthRatio(result.heap),
        ]),
      },
      {
        title: 'Real time',
        columns: [
          { title: 'strategy' },
          { title: 'what' },
          ...['p50', 'p99', 'p99.9', 'max'].map((title) => ({ title, digits: 3 })),
        ],
        rows: entries.flatMap(([name, result]) => [
          [name, 'update, ms', ...distribution(result.updateMs)],
          [name, 'timers, ms', ...distribution(result.timersMs)],
          [name, 'pick, µs', ...distribution(result.pickNs.map((ns) => ns / 1e3))],
        ]),
      },
    ],
    targets: entries.flatMap(([name, result]) => targetsOf(name, result)),
    notes: [
      'Time is virtual: one snapshot a second. "update" is from a new snapshot to a cluster that picks by it, "timers" what sweeps cost.',
      'A pick is timed alone, so each figure has the two readings of the clock in it.',
      'A tenth of the endpoints never leave, the survivors: their counters are compared with a ledger kept outside.',
      'Heap growth is from the second quarter of the run to the last, after full garbage collections.',
    ],
  };
}

function distribution(values: ArrayLike<number>): readonly Cell[] {
  const sorted = ascending(values);
  return [0.5, 0.99, 0.999, 1].map((share) => quantile(sorted, share));
}

function targetsOf(name: string, result: ChurnResult): readonly Target[] {
  const growth = 100 * heapGrowthRatio(result.heap);
  return [
    atMost(`${name}: survivors that lost state`, result.lostSurvivors, 0, 'endpoints'),
    atMost(`${name}: in-flight leaks`, result.leakedInFlight, 0, 'requests'),
    atMost(`${name}: heap growth`, growth, MAX_GROWTH_PERCENT, '%'),
  ];
}
