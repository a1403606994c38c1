import type { Balancer } from './balancer.ts';
import type { ClusterEvent } from './cluster-event.ts';
import type { ClusterState } from './cluster-state.ts';

/** A named set of endpoints that serve the same requests, kept up to date by discovery, health checks and real traffic. */
export interface Cluster extends Balancer, AsyncDisposable {
  readonly name: string;
  /**
   * Resolves when the first snapshot is in, at once when it already is. A later outage of the registry does not undo it.
   *
   * @throws the signal's reason when that is aborted first; an EvenkeelError when the cluster is closed first
   */
  ready(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** A copy of everything the cluster knows, for admin pages and tests. Costs O(endpoints). */
  inspect(): ClusterState;
  /** Calls the listener with each event until disposed. A listener that throws is reported as an uncaught exception, not to other listeners. */
  subscribe(listener: (event: ClusterEvent) => void): Disposable;
  /** What an operator may do to one endpoint by hand. */
  readonly control: ClusterControl;
  /** Stops discovery and health checks. Open picks may still be done; new ones throw. */
  close(): Promise<void>;
}

/** Manual overrides. They last until undone or until the endpoint leaves, and each returns false when no endpoint has the id. */
export interface ClusterControl {
  /** Takes the endpoint out of the candidates; what is in flight finishes. */
  drain(id: string): boolean;
  /** Undoes {@link ClusterControl.drain}. */
  resume(id: string): boolean;
  /** Replaces the weight that discovery gave, 0–65535; undefined gives it back. */
  setWeight(id: string, weight: number | undefined): boolean;
  /** Ejects as outlier detection would, but regardless of the cap. */
  eject(id: string, durationMs: number): boolean;
  /** Ends an ejection now. */
  uneject(id: string): boolean;
}
