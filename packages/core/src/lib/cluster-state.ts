/**
 * How far the endpoints can be trusted: `initial` before the first snapshot; `live`; `stale` when the registry cannot be
 * reached or says so itself; `held` when a guard keeps back a suspicious change; `empty` when the registry lists nobody.
 */
export type DiscoveryState = 'initial' | 'live' | 'stale' | 'held' | 'empty';

/** A copy of a cluster's state, made by `cluster.inspect()`. */
export interface ClusterState {
  readonly name: string;
  readonly strategy: string;
  readonly discovery: {
    readonly state: DiscoveryState;
    readonly reason: string;
    /** How long it has been so, in ms. */
    readonly forMs: number;
  };
  readonly endpoints: readonly EndpointState[];
  readonly tiers: readonly TierState[];
  readonly counts: {
    readonly known: number;
    readonly healthy: number;
    readonly ejected: number;
    readonly draining: number;
  };
}

/** One endpoint, with what traffic and checks have shown of it. */
export interface EndpointState {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly zone?: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** The weight from discovery, or from an operator. */
  readonly weight: number;
  /** The weight strategies see now: with slow start and subset. */
  readonly effectiveWeight: number;
  /** Verdict of the active checks; `unknown` without any, or before the first. */
  readonly health: 'unknown' | 'healthy' | 'unhealthy';
  readonly ejected: boolean;
  /** How long the ejection still lasts, in ms; 0 when there is none. */
  readonly ejectedForMs: number;
  readonly draining: boolean;
  /** What an operator set by hand, through `cluster.control`; each lasts until undone, or until the endpoint leaves. */
  readonly operator: {
    readonly drained: boolean;
    /** The weight in place of that of discovery; undefined when it was left alone. */
    readonly weight?: number;
    /** Whether the ejection is the operator's, and not a detector's. */
    readonly ejected: boolean;
  };
  /** Whether it is among those a strategy may pick now. */
  readonly candidate: boolean;
  readonly picks: number;
  readonly successes: number;
  readonly failures: number;
  readonly cancelled: number;
  readonly inFlight: number;
  readonly pending: number;
  /** Moving average of the latency to the first byte, in ms; undefined before the first answer. */
  readonly latencyMs?: number;
  /** What the strategy compares now, smaller is better; undefined for one that compares nothing, or does not tell. */
  readonly load?: number;
  /** The present concurrency limit; undefined without one. */
  readonly concurrencyLimit?: number;
}

/** One priority and the share of the traffic it gets. */
export interface TierState {
  readonly priority: number;
  readonly known: number;
  readonly healthy: number;
  /** 0–1; all tiers sum to 1 unless no endpoint is usable. */
  readonly loadRatio: number;
  readonly panic: boolean;
}
