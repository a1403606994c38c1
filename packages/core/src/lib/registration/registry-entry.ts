/**
 * What a driver supplies for {@link heartbeatRegistrar}: one endpoint's place in one registry. Calls never
 * overlap.
 */
export interface RegistryEntry {
  /** Writes the endpoint with a new lease. Rejects when the registry did not take it. */
  put(call: RegistryCall): Promise<void>;
  /** Renews the lease. `unknown` when the registry has no such endpoint (any more): it is put again. */
  beat(call: RegistryCall): Promise<'known' | 'unknown'>;
  /** Takes the endpoint out; one that is not there is no failure. */
  remove(call: RegistryCall): Promise<void>;
  /** Frees connections. */
  close?(): PromiseLike<void>;
}

/** One call to the registry. */
export interface RegistryCall {
  /** Aborted when the call has taken too long: its outcome is not waited for any more. */
  readonly signal: AbortSignal;
  /** How long the lease lasts without a heartbeat, in ms. */
  readonly ttlMs: number;
}
