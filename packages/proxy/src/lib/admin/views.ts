/*
 * The JSON of the admin API. It only grows: fields are added, none changes its meaning. What is not known is null.
 */

/** One endpoint of a cluster. With several workers counts are sums, and the rest is what the worst-placed worker sees. */
export interface EndpointView {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly zone: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** In one word: `serving` gets traffic; `spare` could, but its priority or zone has no share now; else what keeps it out. */
  readonly state: 'serving' | 'spare' | 'draining' | 'ejected' | 'unhealthy';
  readonly health: 'unknown' | 'healthy' | 'unhealthy';
  readonly ejected: boolean;
  /** How long the ejection still lasts, in ms; 0 when there is none, null when it lasts until undone. */
  readonly ejectedForMs: number | null;
  readonly draining: boolean;
  /** Whether the strategy may pick it. */
  readonly candidate: boolean;
  /** What an operator set by hand. */
  readonly operator: { readonly drained: boolean; readonly weight: number | null; readonly ejected: boolean };
  readonly weight: number;
  /** With slow start and subset; 0 when it is no candidate. */
  readonly effectiveWeight: number;
  readonly inFlight: number;
  /** Those in flight that wait for the first byte. */
  readonly pending: number;
  readonly picks: number;
  readonly successes: number;
  readonly failures: number;
  readonly cancelled: number;
  /** Moving average to the first byte, in ms. */
  readonly latencyMs: number | null;
  /** What the strategy compares; smaller is better. */
  readonly load: number | null;
  readonly concurrencyLimit: number | null;
  /** How many workers know it, may pick it, and have ejected it. */
  readonly workers: { readonly known: number; readonly candidate: number; readonly ejected: number };
}

/** One cluster. */
export interface ClusterView {
  readonly name: string;
  readonly strategy: string;
  /** Whether the first snapshot of its endpoints is in. */
  readonly ready: boolean;
  readonly discovery: {
    readonly state: 'initial' | 'live' | 'stale' | 'held' | 'empty';
    readonly reason: string;
    /** How long it has been so, in ms. */
    readonly forMs: number;
  };
  readonly counts: {
    readonly known: number;
    readonly healthy: number;
    readonly ejected: number;
    readonly draining: number;
  };
  readonly tiers: readonly TierView[];
  readonly endpoints: readonly EndpointView[];
}

/** One priority of a cluster. */
export interface TierView {
  readonly priority: number;
  readonly known: number;
  readonly healthy: number;
  /** Its share of the traffic, 0–1. */
  readonly loadRatio: number;
  readonly panic: boolean;
}
