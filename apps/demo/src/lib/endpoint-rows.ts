import type { Cluster, EndpointState } from '@evenkeel/core';

/** One endpoint as the table shows it: the sum of what all clusters know of it. */
export interface EndpointRow {
  readonly id: string;
  readonly address: string;
  readonly state: string;
  readonly picks: number;
  readonly inFlight: number;
  readonly latencyMs: number | undefined;
  readonly errors: number;
}

/** Joins the views that several clusters have of the same endpoints. */
export function endpointRows(clusters: readonly Cluster[]): EndpointRow[] {
  const views = Map.groupBy(
    clusters.flatMap((cluster) => cluster.inspect().endpoints),
    ({ id }) => id,
  );
  return Array.from(views, ([id, states]) => {
    const sum = (field: 'picks' | 'inFlight' | 'failures'): number =>
      states.reduce((total, state) => total + state[field], 0);
    const latencies = states.flatMap(({ latencyMs }) => latencyMs ?? []);
    return {
      id,
      address: `${states[0]?.host}:${states[0]?.port}`,
      state: worst(states),
      picks: sum('picks'),
      inFlight: sum('inFlight'),
      latencyMs: latencies.length === 0 ? undefined : latencies.reduce((a, b) => a + b, 0) / latencies.length,
      errors: sum('failures'),
    };
  });
}

function worst(states: readonly EndpointState[]): string {
  if (states.some(({ health }) => health === 'unhealthy')) return 'unhealthy';
  if (states.some(({ ejected }) => ejected)) return 'ejected';
  if (states.some(({ draining }) => draining)) return 'draining';
  return 'healthy';
}
