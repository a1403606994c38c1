import type { Endpoint } from '../endpoint.ts';
import type { ConcurrencyLimit } from '../limit/concurrency-limit.ts';
import type { Candidate, Observation, Strategy } from '../strategy.ts';

/** Weight of the newest sample in the displayed latency average. */
const LATENCY_SMOOTHING = 0.1;

/** What a member has to know of the group it is in. */
export interface MemberGroup {
  readonly strategy: Strategy;
  /** Requests in flight on all its members. */
  inFlight: number;
}

/** A pick as its member lists it while it waits for the response. */
export interface PendingPick {
  readonly startedAt: number;
  older: PendingPick | undefined;
  newer: PendingPick | undefined;
}

/** One row of the endpoint table: an endpoint with everything that traffic has shown of it. Lives as long as the endpoint's id. */
export class Member implements Candidate {
  endpoint: Endpoint;
  weight: number;
  inFlight = 0;
  pending = 0;
  picks = 0;
  successes = 0;
  failures = 0;
  cancelled = 0;
  /** How many successes there were at the last failure; −1 before the first. */
  failedAfter = -1;
  /** Moving average for display; NaN before the first answer. */
  latencyMs: number = Number.NaN;

  /** The group whose strategy may pick this endpoint now. */
  group: MemberGroup | undefined;
  readonly limit: ConcurrencyLimit | undefined;
  /** Share of the weight that the subset leaves to this client; 0 when the endpoint is not in it. */
  subsetRatio = 1;
  /** An operator's weight in place of the registry's. */
  weightOverride: number | undefined;
  drained = false;
  /** The registry no longer lists it: it only finishes what is in flight. */
  removed = false;
  /** Must not be picked, although its group has it still: it was taken out since the last division. */
  withdrawn = false;
  /** Active checks found it down. */
  unhealthy = false;
  /** Clock time since when it warms up; undefined when it is warm. */
  warmingSince: number | undefined;

  // Picks that wait for their response, oldest first, as an intrusive list: both ends change in O(1).
  private oldest: PendingPick | undefined;
  private newest: PendingPick | undefined;

  constructor(endpoint: Endpoint, limit: ConcurrencyLimit | undefined) {
    this.endpoint = endpoint;
    this.weight = endpoint.weight;
    this.limit = limit;
  }

  get oldestPendingAt(): number {
    return this.oldest === undefined ? Number.POSITIVE_INFINITY : this.oldest.startedAt;
  }

  /** The registry's weight, or the operator's. */
  get baseWeight(): number {
    return this.weightOverride ?? this.endpoint.weight;
  }

  /** Whether the endpoint takes new requests at all, whatever its health. */
  get serving(): boolean {
    return !this.removed && !this.drained && this.baseWeight > 0 && this.subsetRatio > 0;
  }

  get full(): boolean {
    return this.limit !== undefined && this.inFlight >= this.limit.limit;
  }

  begin(pick: PendingPick): void {
    this.picks++;
    this.inFlight++;
    this.pending++;
    pick.older = this.newest;
    if (this.newest === undefined) this.oldest = pick;
    else this.newest.newer = pick;
    this.newest = pick;
    if (this.group !== undefined) this.group.inFlight++;
  }

  /** The pick has its response, or ended without one. */
  answered(pick: PendingPick): void {
    this.pending--;
    if (pick.older === undefined) this.oldest = pick.newer;
    else pick.older.newer = pick.newer;
    if (pick.newer === undefined) this.newest = pick.older;
    else pick.newer.older = pick.older;
    pick.older = undefined;
    pick.newer = undefined;
  }

  end(pick: Observation): void {
    this.inFlight--;
    if (this.group !== undefined) this.group.inFlight--;
    if (pick.kind === 'success') this.successes++;
    else if (pick.kind === 'failure') this.failures++;
    else this.cancelled++;
    if (pick.kind === 'success') {
      const { latencyMs } = pick;
      this.latencyMs = Number.isNaN(this.latencyMs)
        ? latencyMs
        : this.latencyMs + LATENCY_SMOOTHING * (latencyMs - this.latencyMs);
    }
  }
}
