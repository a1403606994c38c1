/** Announces one endpoint of this process to a registry, and keeps it there. Disposing of it deregisters. */
export interface Registrar extends AsyncDisposable {
  readonly state: RegistrarState;
  /**
   * Resolves once the registry knows the endpoint; keeps it registered from then on. A registry that cannot
   * be reached is tried again until it can, unless the registrar fails fast.
   *
   * @param options a signal that gives the registration up while it has not succeeded
   * @throws the signal's reason; EvenkeelError when it is closed or deregistered meanwhile, once that is over,
   * the wait of `drain` included; the registry's error when it fails fast
   */
  register(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Deregisters, then waits so that clients see it before the endpoint stops. Safe to call twice.
   *
   * @param options the wait in ms, instead of the registrar's own
   * @throws DiscoveryError when the registry did not take the deregistration, after the wait as well
   */
  drain(options?: { readonly delayMs?: number }): Promise<void>;
  /**
   * Resolves once the registry has forgotten the endpoint. Safe to call twice; `register` may follow.
   *
   * @throws DiscoveryError when the registry did not take it: the lease ends by itself then
   */
  deregister(): Promise<void>;
}

/** `registering` also while a registry that lost the endpoint has not taken it back. */
export type RegistrarState = 'idle' | 'registering' | 'registered' | 'closed';

/** What happened to a registration, in the past tense. */
export type RegistrarEvent =
  | Registered
  | RegistrationFailed
  | RegistrationLost
  | HeartbeatFailed
  | HeartbeatLate
  | Deregistered
  | DeregistrationFailed;

/** The registry knows the endpoint, for the first time or again. */
export interface Registered {
  readonly type: 'registered';
}

/** The registry did not take the endpoint; the registrar tries again, unless it fails fast. */
export interface RegistrationFailed {
  readonly type: 'registrationFailed';
  readonly error: unknown;
  /** Failures in a row, this one included. */
  readonly attempt: number;
  readonly retryInMs: number;
}

/**
 * The registry had forgotten the endpoint (a restart, a failover, a lease that ended); it is registered
 * again at once.
 */
export interface RegistrationLost {
  readonly type: 'registrationLost';
}

/** A heartbeat did not reach the registry. */
export interface HeartbeatFailed {
  readonly type: 'heartbeatFailed';
  readonly error: unknown;
  /** Failures in a row, this one included. */
  readonly attempt: number;
  readonly retryInMs: number;
}

/** A heartbeat was due so long ago that the lease is in danger: something blocks the event loop. */
export interface HeartbeatLate {
  readonly type: 'heartbeatLate';
  readonly lagMs: number;
  readonly ttlMs: number;
}

/** The registry has forgotten the endpoint because it was asked to. */
export interface Deregistered {
  readonly type: 'deregistered';
}

/** The registry did not take the deregistration: it lists the endpoint until the lease ends. */
export interface DeregistrationFailed {
  readonly type: 'deregistrationFailed';
  readonly error: unknown;
}
