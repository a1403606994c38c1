import type { Reason } from '../errors/reason.ts';

/** One try of an exchange at one endpoint. */
export interface ExchangeAttempt {
  /** The endpoint's id. */
  readonly endpoint: string;
  /** Why it was made: every exchange has a `first`, a `retry` follows one that failed, a `hedge` runs beside one that is slow. */
  readonly kind: 'first' | 'retry' | 'hedge';
  /** What the cluster was told of it; undefined while it is still under way, as the last one of a tunnel may be. */
  readonly outcome: 'success' | 'failure' | 'cancelled' | undefined;
  /** Of its final response; undefined when none came. */
  readonly status: number | undefined;
  /** Why it failed without a response. */
  readonly reason: Reason | undefined;
  /** The error behind the reason. */
  readonly error: unknown;
  /** From the start of the exchange to the pick of the endpoint, in ms. */
  readonly startedMs: number;
  /** From the pick to the end, in ms; up to now while it is under way. */
  readonly durationMs: number;
}
