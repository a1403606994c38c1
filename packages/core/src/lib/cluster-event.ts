import type { DiscoveryState } from './cluster-state.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * Something that happened in a cluster, in the past tense. Subscribe with `cluster.subscribe`, or to all clusters of
 * the process at once with the diagnostics channel `evenkeel:cluster`, whose messages add the field `cluster`.
 */
export type ClusterEvent =
  | EndpointsChanged
  | DiscoveryStateChanged
  | DiscoveryFailed
  | SnapshotRejected
  | HealthChanged
  | EndpointEjected
  | EjectionSkipped
  | EndpointReturned
  | PanicChanged
  | BackgroundFailed;

/** The set of endpoints, or a weight, zone or priority among them, is another one. */
export interface EndpointsChanged {
  readonly type: 'endpointsChanged';
  readonly added: readonly Endpoint[];
  readonly removed: readonly Endpoint[];
  readonly updated: readonly Endpoint[];
  readonly total: number;
}

/** The registry became reachable, unreachable, or its answer is held back by a guard. */
export interface DiscoveryStateChanged {
  readonly type: 'discoveryStateChanged';
  readonly state: DiscoveryState;
  readonly previous: DiscoveryState;
  readonly reason: string;
}

/** A watch failed; the last good endpoints stay in use and the cluster subscribes again. */
export interface DiscoveryFailed {
  readonly type: 'discoveryFailed';
  readonly error: unknown;
  /** Failures in a row, this one included. */
  readonly attempt: number;
  readonly retryInMs: number;
}

/** Part of a snapshot made no sense: the endpoint was left out, or repaired, as `message` says. */
export interface SnapshotRejected {
  readonly type: 'snapshotRejected';
  readonly message: string;
}

/** Active checks passed or failed often enough in a row to change the verdict. */
export interface HealthChanged {
  readonly type: 'healthChanged';
  readonly endpoint: Endpoint;
  readonly healthy: boolean;
  readonly reason: string;
}

/** Outlier detection, or an operator, took an endpoint out for a while. */
export interface EndpointEjected {
  readonly type: 'endpointEjected';
  readonly endpoint: Endpoint;
  /** The detector's name, or `manual`. */
  readonly detector: string;
  readonly durationMs: number;
  /** Ejections that follow each other closely make the next one longer: this is how many there were. */
  readonly times: number;
}

/** A detector asked for an ejection, and the cap on ejected endpoints forbade it. */
export interface EjectionSkipped {
  readonly type: 'ejectionSkipped';
  readonly endpoint: Endpoint;
  readonly detector: string;
  readonly reason: string;
}

/** An ejection ended. */
export interface EndpointReturned {
  readonly type: 'endpointReturned';
  readonly endpoint: Endpoint;
  /** What ended it: its time, a passed health check, or an operator. */
  readonly reason: 'expired' | 'healthy' | 'manual';
}

/** A priority fell below its panic threshold, or came back above it. */
export interface PanicChanged {
  readonly type: 'panicChanged';
  readonly priority: number;
  readonly active: boolean;
  readonly healthyRatio: number;
  readonly mode: 'failOpen' | 'failClosed' | 'lastGood';
}

/** Code that the user passed in (a checker, detector or limit) threw where it must not; the cluster goes on. */
export interface BackgroundFailed {
  readonly type: 'backgroundFailed';
  readonly source: string;
  readonly error: unknown;
}
