import type { Endpoint } from './endpoint.ts';
import type { LoadReport } from './load-report.ts';

/** What is known of a request when an endpoint is picked for it. Every field may be missing. */
export interface PickContext {
  /** Requests with the same key go to the same endpoint under a hashing or sticky strategy. */
  readonly hashKey?: string;
  /** Ids that must not be picked while there are others: those already tried for this request. */
  readonly exclude?: ReadonlySet<string>;
  /** 0 for the first try of a request, 1 for its first retry. */
  readonly attempt?: number;
}

/** How a pick ended. A cancelled one lowers in-flight and says nothing of the endpoint's health. */
export interface Outcome {
  readonly kind: 'success' | 'failure' | 'cancelled';
  readonly statusCode?: number;
  readonly error?: unknown;
  /** What the endpoint itself said of its load, if anything. */
  readonly loadReport?: LoadReport;
}

/**
 * The endpoint for one try of one request. It counts as in flight from the pick until `done`, so
 * call `done` exactly when the body has ended; later calls are ignored. `using` it cancels what was left open.
 */
export interface PickResult extends Disposable {
  readonly endpoint: Endpoint;
  /** The first byte of the response is here: latency stops counting now. */
  responseStarted(): void;
  done(outcome: Outcome): void;
}

/** The data plane's whole view of load balancing. */
export interface Balancer {
  /**
   * Picks an endpoint, synchronously and without I/O.
   *
   * @throws NoEndpointsError when none is known or usable
   * @throws OverloadedError when every one is at its concurrency limit
   */
  pick(context?: PickContext): PickResult;
}
