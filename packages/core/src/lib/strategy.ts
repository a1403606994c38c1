import type { PickContext } from './balancer.ts';
import type { Endpoint } from './endpoint.ts';
import type { LoadReport } from './load-report.ts';

/**
 * An endpoint that may be picked now, as strategies see it. The object lives as long as the endpoint's id, through
 * weight changes, ejections and new snapshots, so state learned about it may be kept in a `Map` by candidate.
 */
export interface Candidate {
  readonly endpoint: Endpoint;
  /** Static weight × slow start × what a subset leaves of it; greater than 0. Changes in place before `update` is called. */
  readonly weight: number;
  /** Picks that are not done yet. */
  readonly inFlight: number;
  /** Picks that still wait for the first byte of their response. */
  readonly pending: number;
  /** Clock time of the oldest pick that still waits for its response; `Infinity` when none does. */
  readonly oldestPendingAt: number;
  /** Picks that ended well, since the endpoint became known. */
  readonly successes: number;
  /** Picks that failed, since the endpoint became known; cancelled ones are in neither count. */
  readonly failures: number;
}

/** What one finished pick taught. Only valid during the call that passes it. */
export interface Observation {
  readonly kind: 'success' | 'failure' | 'cancelled';
  readonly statusCode?: number | undefined;
  readonly error?: unknown;
  /** From the pick to the first byte of the response, or to the end when none came, in ms. */
  readonly latencyMs: number;
  /** Clock time of the observation, in ms. */
  readonly at: number;
  readonly loadReport?: LoadReport | undefined;
}

/**
 * A balancing algorithm. The cluster alone decides who is a candidate (health, ejection, drain, tiers); a strategy
 * chooses among them and never looks at health.
 */
export interface Strategy {
  /** Lower-case words joined by hyphens, such as `round-robin`. */
  readonly name: string;
  /**
   * Takes the new list of candidates, or the same list after weights changed. Counters and learned state of those that
   * stay must survive. May be empty.
   */
  update(candidates: readonly Candidate[]): void;
  /**
   * Returns a candidate of the last `update`, never one in `context.exclude`; undefined when there is none.
   * Costs O(1) or O(log n), does no I/O and allocates nothing.
   *
   * `now` is the clock time, in ms, of a caller who has it already: reading a clock may cost more than the pick.
   */
  pick(context: PickContext, now?: number): Candidate | undefined;
  /** Called once for each finished pick, cancelled ones included. */
  observe?(candidate: Candidate, observation: Observation): void;
  /** The load of a candidate as this strategy compares it, smaller is better, at clock time `now` in ms: for admin pages, not for picks. */
  loadOf?(candidate: Candidate, now: number): number | undefined;
  /**
   * A new strategy with the same options and no candidates. A cluster with several priorities or zones runs one
   * for each; without it, all groups that get traffic share one list.
   */
  clone?(): Strategy;
}

/** Scores candidates for the strategies that compare load; smaller is better. Independent of how candidates are sampled. */
export interface LoadMetric {
  readonly name: string;
  /**
   * The load of a candidate at clock time `now`, in ms, at least 0, before its weight is taken into account. A load
   * that grows with the requests in flight does so in proportion to `inFlight + 1`, which lets weights be exact.
   */
  load(candidate: Candidate, now: number): number;
  /** The same for the candidate at a position of the last `retain`: spares the hot path the look-up. */
  loadAt?(index: number, now: number): number;
  /**
   * Whether the candidate at a position of the last `retain` is known to fail, and not yet due for another try: then
   * others are looked for, beyond those drawn.
   */
  failsAt?(index: number, now: number): boolean;
  observe?(candidate: Candidate, observation: Observation): void;
  /** Called with each `update`, to forget those that left. */
  retain?(candidates: readonly Candidate[]): void;
  /** A new metric with the same options. A metric that has `retain` and no `clone` keeps its strategy from being cloned. */
  clone?(): LoadMetric;
}
