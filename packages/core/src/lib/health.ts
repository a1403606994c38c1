import type { Endpoint } from './endpoint.ts';
import type { Candidate, Observation } from './strategy.ts';

/** Judges one endpoint by asking it. Schedules, thresholds and timeouts are the cluster's. */
export interface HealthChecker {
  /** Resolves when the endpoint is healthy; rejects, with the reason, when it is not. Must end soon after the signal. */
  check(endpoint: Endpoint, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Frees what the checker keeps open. */
  [Symbol.asyncDispose]?(): PromiseLike<void>;
}

/** Judges endpoints by the outcome of real requests. Ejection times and their cap are the cluster's. */
export interface OutlierDetector {
  readonly name: string;
  /** Takes one outcome; true asks to eject the candidate now. */
  observe(candidate: Candidate, observation: Observation): boolean;
  /** Compares all candidates, once an interval; returns those to eject. */
  sweep?(candidates: readonly Candidate[]): readonly Candidate[];
  /** Forgets all about a candidate: it left, or it comes back from an ejection. */
  forget?(candidate: Candidate): void;
}
