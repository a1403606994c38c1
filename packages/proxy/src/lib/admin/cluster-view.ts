import type { ClusterState, EndpointState } from '@evenkeel/core';
import type { ClusterView, EndpointView } from './views.ts';

/** Makes of a cluster's state what the admin API shows of it. */
export function clusterView({
  name,
  strategy,
  discovery,
  counts,
  tiers,
  endpoints,
}: ClusterState): ClusterView {
  return {
    name,
    strategy,
    ready: discovery.state !== 'initial',
    discovery,
    counts,
    tiers,
    endpoints: endpoints.map(endpointView),
  };
}

function endpointView(state: EndpointState): EndpointView {
  const { id, host, port, priority, zone, metadata, health, ejected, draining, candidate, operator } = state;
  const { weight, effectiveWeight, inFlight, pending, picks, successes, failures, cancelled } = state;
  return {
    id,
    host,
    port,
    priority,
    zone: zone ?? null,
    metadata,
    state: stateOf(state),
    health,
    ejected,
    ejectedForMs: finite(state.ejectedForMs),
    draining,
    candidate,
    operator: { drained: operator.drained, weight: operator.weight ?? null, ejected: operator.ejected },
    weight,
    effectiveWeight,
    inFlight,
    pending,
    picks,
    successes,
    failures,
    cancelled,
    latencyMs: finite(state.latencyMs),
    load: finite(state.load),
    concurrencyLimit: finite(state.concurrencyLimit),
    workers: { known: 1, candidate: candidate ? 1 : 0, ejected: ejected ? 1 : 0 },
  };
}

function stateOf({ candidate, draining, ejected, health }: EndpointState): EndpointView['state'] {
  if (draining) return 'draining';
  // In panic an endpoint that is ejected or unhealthy may serve all the same.
  if (candidate) return 'serving';
  if (ejected) return 'ejected';
  return health === 'unhealthy' ? 'unhealthy' : 'spare';
}

function finite(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}
