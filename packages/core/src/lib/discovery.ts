import type { DiscoveryFailed, SnapshotRejected } from './cluster-event.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * The whole truth about a service at one moment, as one registry sees it. An empty one is legal;
 * a discovery that knows nothing yet stays silent instead.
 */
export interface Snapshot {
  readonly endpoints: readonly Endpoint[];
  /** Names the registry's store. Another value means that the store was reset and is being filled again. */
  readonly epoch?: string;
  /** The position in that store; going back means a reset as well. */
  readonly revision?: number | bigint;
  /** Ids that left by their own explicit deregistration since the last snapshot: their absence needs no confirmation. */
  readonly deregistered?: readonly string[];
  /** The registry answered, but says itself that its answer may be out of date (no leader, lagging replica). */
  readonly stale?: boolean;
}

/**
 * Where endpoints come from: an async generator of complete snapshots.
 *
 * A driver yields whenever its view changes, throws when it cannot go on (the cluster subscribes again, with
 * back-off, and keeps what it knows), and ends only when the signal is aborted; it may throw the abort then. It keeps no state for its consumer:
 * a slow consumer gets the newest snapshot only.
 */
export interface Discovery {
  watch(options: WatchOptions): AsyncIterable<Snapshot>;
}

export interface WatchOptions {
  /** Ends the watch; nothing (socket, timer) outlives it. */
  readonly signal: AbortSignal;
  /** Takes trouble that does not end the watch, such as one source of several that is down. A cluster makes it its own event. */
  readonly onEvent?: (event: DiscoveryFailed | SnapshotRejected) => void;
}
