import { atMost, type Report, type Target } from '../../lib/report/report.ts';
import { ENDPOINTS, type OutageResult } from './run-outage.ts';

/** How long a newcomer may take once the registry is back, in ms. */
export const NEWCOMER_LIMIT_MS = 2_000;

/** Within how many probe intervals a client must say that what it knows is stale. */
export const STALE_LIMIT_PROBES = 2;

/** Puts the results into a table and compares them with what is promised. */
export function outageReport(results: readonly OutageResult[], outageMs: number): Report {
  return {
    tables: [
      {
        title: `Outages of the registry, ${outageMs / 1_000} s each`,
        columns: [
          { title: 'registry' },
          { title: 'outage' },
          { title: 'requests' },
          { title: 'failed' },
          { title: 'fewest endpoints' },
          { title: 'stale after ms' },
          { title: 'newcomer after ms' },
          { title: 'live after ms' },
          { title: 'unhandled rejections' },
        ],
        rows: results.map((result) => [
          result.registry.name,
          NAMES[result.outage],
          result.requests,
          result.failures,
          result.fewest,
          result.stale,
          result.newcomer,
          result.live,
          result.unhandledRejections,
        ]),
      },
    ],
    targets: results.flatMap(targetsOf),
    notes: [
      `${ENDPOINTS} endpoints are registered with leases of 3 s, which all end meanwhile; the client does not retry.`,
      'The registry is probed each second. "stale" is counted from the kill or the SIGSTOP; "newcomer" and "live" from the moment the server answers again.',
    ],
  };
}

const NAMES = {
  empty: 'killed, back empty',
  data: 'killed, back with data',
  frozen: 'SIGSTOP, SIGCONT',
} as const;

function targetsOf(result: OutageResult): readonly Target[] {
  const name = `${result.registry.name}, ${NAMES[result.outage]}`;
  const staleLimit = STALE_LIMIT_PROBES * result.registry.probeMs;
  return [
    atMost(`${name}: failed`, result.failures, 0, 'requests'),
    atMost(`${name}: stale`, result.stale, staleLimit, 'ms'),
    atMost(`${name}: newcomer`, result.newcomer, NEWCOMER_LIMIT_MS, 'ms'),
    atMost(`${name}: unhandled`, result.unhandledRejections, 0, 'rejections'),
  ];
}
