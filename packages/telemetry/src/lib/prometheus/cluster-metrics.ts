import type { Cluster, ClusterEvent, ClusterState, EndpointState } from '@evenkeel/core';
import type { Instruments } from './instruments.ts';

/** Follows clusters. */
export interface ClusterMetrics {
  observe(cluster: Cluster): Disposable;
}

const STATES = ['serving', 'spare', 'draining', 'ejected', 'unhealthy'] as const;
const DISCOVERY = ['initial', 'live', 'stale', 'held', 'empty'] as const;

/**
 * Makes the instruments of clusters.
 *
 * @param perEndpoint whether each endpoint has series of its own
 */
export function clusterMetrics({ counter, gauge }: Instruments, perEndpoint: boolean): ClusterMetrics {
  const clusters = new Set<Cluster>();
  const states = (): readonly ClusterState[] => Array.from(clusters, (cluster) => cluster.inspect());
  const ejections = counter('ejections_total', 'Endpoints taken out for a while, by detector.', [
    'cluster',
    'detector',
  ]);
  const skipped = counter('ejections_skipped_total', 'Ejections that the cap forbade.', [
    'cluster',
    'detector',
  ]);
  const health = counter('health_changes_total', 'Verdicts of active checks that changed.', [
    'cluster',
    'to',
  ]);
  const failures = counter('discovery_failures_total', 'Watches of the registry that failed.', ['cluster']);
  const changes = counter('endpoint_changes_total', 'Endpoints that came or left.', ['cluster', 'change']);
  const panics = counter('panics_total', 'Times that a priority fell below its panic threshold.', [
    'cluster',
  ]);
  const faults = counter(
    'background_failures_total',
    'Checkers, detectors, limits and strategies that threw.',
    ['cluster'],
  );

  gauge(
    'endpoints',
    'Endpoints by state; of several workers the most that one sees.',
    ['cluster', 'state'],
    (it) => {
      for (const { name: cluster, endpoints } of states()) {
        for (const state of STATES) {
          it.set({ cluster, state }, endpoints.filter((endpoint) => stateOf(endpoint) === state).length);
        }
      }
    },
    'max',
  );
  gauge('in_flight', 'Requests in flight to endpoints.', ['cluster'], (it) => {
    for (const { name: cluster, endpoints } of states()) {
      it.set(
        { cluster },
        endpoints.reduce((sum, { inFlight }) => sum + inFlight, 0),
      );
    }
  });
  gauge(
    'panic',
    'Whether a priority is below its panic threshold.',
    ['cluster', 'priority'],
    (it) => {
      for (const { name: cluster, tiers } of states()) {
        for (const { priority, panic } of tiers) it.set({ cluster, priority }, Number(panic));
      }
    },
    'max',
  );
  gauge(
    'discovery_state',
    '1 for the present state of discovery, 0 for the others.',
    ['cluster', 'state'],
    (it) => {
      for (const { name: cluster, discovery } of states()) {
        for (const state of DISCOVERY) it.set({ cluster, state }, Number(discovery.state === state));
      }
    },
    'max',
  );
  gauge(
    'discovery_age_seconds',
    'How long the registry has not confirmed the endpoints; 0 while it is live.',
    ['cluster'],
    (it) => {
      for (const { name: cluster, discovery } of states()) {
        it.set({ cluster }, discovery.state === 'live' ? 0 : discovery.forMs / 1_000);
      }
    },
    'max',
  );
  if (perEndpoint) endpointGauges(gauge, states);

  const count = (cluster: string, event: ClusterEvent): void => {
    switch (event.type) {
      case 'endpointEjected':
        ejections.inc({ cluster, detector: event.detector });
        break;
      case 'ejectionSkipped':
        skipped.inc({ cluster, detector: event.detector });
        break;
      case 'healthChanged':
        health.inc({ cluster, to: event.healthy ? 'healthy' : 'unhealthy' });
        break;
      case 'discoveryFailed':
        failures.inc({ cluster });
        break;
      case 'endpointsChanged':
        changes.inc({ cluster, change: 'added' }, event.added.length);
        changes.inc({ cluster, change: 'removed' }, event.removed.length);
        break;
      case 'panicChanged':
        if (event.active) panics.inc({ cluster });
        break;
      case 'backgroundFailed':
        faults.inc({ cluster });
        break;
      default:
    }
  };
  return {
    observe(cluster) {
      clusters.add(cluster);
      const subscription = cluster.subscribe((event) => count(cluster.name, event));
      return {
        [Symbol.dispose]() {
          subscription[Symbol.dispose]();
          clusters.delete(cluster);
        },
      };
    },
  };
}

type Figure = readonly [name: string, help: string, of: (endpoint: EndpointState) => number | undefined];

const FIGURES: readonly Figure[] = [
  ['endpoint_in_flight', 'Requests in flight to the endpoint.', ({ inFlight }) => inFlight],
  ['endpoint_weight', 'Weight that the strategy sees.', ({ effectiveWeight }) => effectiveWeight],
  [
    'endpoint_latency_seconds',
    'Moving average to the first byte.',
    ({ latencyMs }) => (latencyMs === undefined ? undefined : latencyMs / 1_000),
  ],
  ['endpoint_load', 'What the strategy compares; smaller is better.', ({ load }) => load],
];

function endpointGauges(gauge: Instruments['gauge'], states: () => readonly ClusterState[]): void {
  for (const [name, help, of] of FIGURES) {
    gauge(name, help, ['cluster', 'endpoint'], (it) => {
      for (const { name: cluster, endpoints } of states()) {
        for (const endpoint of endpoints) {
          const value = of(endpoint);
          if (value !== undefined) it.set({ cluster, endpoint: endpoint.id }, value);
        }
      }
    });
  }
}

function stateOf({ candidate, draining, ejected, health }: EndpointState): (typeof STATES)[number] {
  if (draining) return 'draining';
  if (candidate) return 'serving';
  if (ejected) return 'ejected';
  return health === 'unhealthy' ? 'unhealthy' : 'spare';
}
