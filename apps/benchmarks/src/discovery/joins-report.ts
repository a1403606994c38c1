import { atMost, type Report } from '../lib/report/report.ts';
import { ascending, median, quantile } from '../lib/report/statistics.ts';
import type { Join, JoinsResult } from './measure-joins.ts';

/** From a registration to the first answer, in ms, at the median, where changes are pushed. */
const PUSHED_LIMIT_MS = 50;
/** What a registry that is polled may take beyond its TTL, in ms. */
const POLLED_EXTRA_MS = 1_000;

/** Puts the results into tables and compares them with what is promised. */
export function joinsReport(results: readonly JoinsResult[]): Report {
  return {
    tables: [
      {
        title: 'Registration to first answer',
        columns: [
          { title: 'registry' },
          { title: 'runs' },
          { title: 'register() ms', digits: 1 },
          { title: 'known ms', digits: 1 },
          { title: 'p95 known', digits: 1 },
          { title: 'first answer ms', digits: 1 },
          { title: 'p95 first answer', digits: 1 },
          { title: 'beside' },
          { title: 'its ms', digits: 1 },
          { title: 'its p95', digits: 1 },
          { title: 'known ÷ its', digits: 2 },
        ],
        rows: results.map((result) => {
          const of = valuesOf(result);
          const known = of('seen');
          const peer = result.peer === undefined ? [] : of('peerSeen');
          return [
            result.registry.name,
            result.joins.length,
            median(of('registered')),
            ...medianAndP95(known),
            ...medianAndP95(of('answered')),
            result.peer,
            ...medianAndP95(peer),
            median(known) / median(peer),
          ];
        }),
      },
      {
        title: 'Deregistration to last request',
        columns: [
          { title: 'registry' },
          { title: 'runs' },
          { title: 'last request ms', digits: 1 },
          { title: 'p95', digits: 1 },
          { title: 'max', digits: 1 },
          { title: 'requests' },
          { title: 'failed' },
        ],
        rows: results.map((result) => {
          const last = valuesOf(result)('lastRequest');
          return [
            result.registry.name,
            result.joins.length,
            ...medianAndP95(last),
            Math.max(...last),
            result.requests,
            result.failures,
          ];
        }),
      },
    ],
    targets: results.flatMap((result) => {
      const { name, refreshMs } = result.registry;
      const answered = valuesOf(result)('answered');
      return [
        refreshMs === 0
          ? atMost(`${name}: first answer, median`, median(answered), PUSHED_LIMIT_MS, 'ms')
          : atMost(`${name}: first answer, max`, maximum(answered), refreshMs + POLLED_EXTRA_MS, 'ms'),
        atMost(`${name}: failed while endpoints came and went`, result.failures, 0, 'requests'),
      ];
    }),
    notes: [
      'From the call of register() to each of: its return, the cluster that knows the endpoint, the first request that it answered; medians.',
      'From the call of deregister() to the last request sent to the endpoint; 0 when none was.',
      'Two endpoints stand; two users send a request each millisecond. Times contain up to 1 ms of that, and the event loop is shared.',
      'The other libraries watch the same server in the same process at the same time. A bare subscription knows only that something changed.',
      'DNS is the DNS interface of Consul with a TTL of 1 s; fewer runs, as each takes seconds.',
    ],
  };
}

function valuesOf({ joins }: JoinsResult): (field: keyof Join) => readonly number[] {
  return (field) => joins.map((join) => join[field]);
}

function medianAndP95(values: readonly number[]): readonly [number, number] {
  return [median(values), quantile(ascending(values), 0.95)];
}

function maximum(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Math.max(...values);
}
