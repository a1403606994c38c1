import type { DemoOptions } from './demo-options.ts';
import type { EndpointRow } from './endpoint-rows.ts';
import type { EndpointTallies } from './endpoint-tallies.ts';
import type { Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';
import { summarize, type TallySummary } from './tally.ts';
import { type Column, textTable } from './text-table.ts';

/** What came of a run; the JSON form of the demo. Times in ms. */
export interface DemoSummary {
  /** Whether every request succeeded that a retry was allowed to save. */
  readonly ok: boolean;
  readonly seconds: number;
  readonly strategy: string;
  readonly happened: readonly string[];
  readonly endpoints: readonly EndpointSummary[];
  readonly client: LaneSummary;
  readonly proxy: LaneSummary;
  /** The same traffic by a round robin that checks nothing and retries nothing. */
  readonly roundRobin: LaneSummary;
}

export interface EndpointSummary extends TallySummary {
  readonly id: string;
  readonly address: string;
  readonly state: string;
  readonly picks: number;
}

export interface LaneSummary extends TallySummary {
  /** The POSTs among its traffic: they may not be sent again, so an endpoint's fault is the caller's. */
  readonly posts: TallySummary;
}

/** Gathers the figures of a finished run. */
export function summarizeDemo(
  options: DemoOptions,
  lanes: Lanes,
  rows: readonly EndpointRow[],
  tallies: EndpointTallies,
  happened: readonly string[],
): DemoSummary {
  return {
    ok: lanes.client.safe.failures === 0 && lanes.proxy.safe.failures === 0,
    seconds: options.seconds,
    strategy: options.strategy,
    happened,
    endpoints: rows.map(({ id, address, state, picks }) => ({
      id,
      address,
      state,
      picks,
      ...summarize(tallies.of(id)),
    })),
    client: laneSummary(lanes.client),
    proxy: laneSummary(lanes.proxy),
    roundRobin: laneSummary(lanes.naive),
  };
}

function laneSummary(lane: Lane): LaneSummary {
  return { ...summarize(lane.safe), posts: summarize(lane.unsafe) };
}

const LANE_COLUMNS: readonly Column[] = [
  { title: 'GET requests by', align: 'left' },
  { title: 'requests', align: 'right' },
  { title: 'failed', align: 'right' },
  { title: 'success', align: 'right' },
  { title: 'p50 ms', align: 'right' },
  { title: 'p95 ms', align: 'right' },
  { title: 'p99 ms', align: 'right' },
  { title: 'POSTs failed', align: 'right' },
];

/** The summary for people. */
export function formatSummary(summary: DemoSummary): string {
  const rows = (
    [
      [`balanced client, ${summary.strategy}`, summary.client],
      [`through the proxy, ${summary.strategy}`, summary.proxy],
      ['round robin without checks', summary.roundRobin],
    ] as const
  ).map(([name, lane]) => [
    name,
    String(lane.requests),
    String(lane.failures),
    `${(lane.successRatio * 100).toFixed(2)} %`,
    lane.p50.toFixed(1),
    lane.p95.toFixed(1),
    lane.p99.toFixed(1),
    `${lane.posts.failures} of ${lane.posts.requests}`,
  ]);
  const verdict = summary.ok
    ? 'No request failed that a retry was allowed to save.'
    : `FAILED: ${summary.client.failures + summary.proxy.failures} requests failed that a retry was allowed to save.`;
  return `${textTable(LANE_COLUMNS, rows)}\n\n${verdict}`;
}
