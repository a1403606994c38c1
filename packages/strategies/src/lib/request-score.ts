import type { Candidate, LoadMetric, Observation } from '@evenkeel/core';
import { CandidateTable, offset } from './candidate-table.ts';

/** How a {@link RequestScore} learns. */
export interface RequestScoreOptions {
  readonly name: string;
  /** What one request costs: always 1, the average latency, or the peak-sensitive average latency. */
  readonly cost: 'one' | 'mean' | 'peak';
  /** Time constant of the averages, in ms. */
  readonly decayMs: number;
  /** Whether candidates that fail score worse. */
  readonly errorAware: boolean;
}

// The figures kept for each candidate.
const COST = 0; // Average latency, in ms; 0 while there is none.
const SUCCESS = 1; // Average of 1 for a success and 0 for a failure.
const FAILING = 2; // 1 when the last result was a failure.
const AT = 3; // Clock time of the last result.
const COST_AT = 4; // Clock time of the last result, or of a request since that was given up and yet raised the cost.
const NEWCOMER = [0, 1, 0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** The least share of an average that a single result makes up, however close together results come. */
const MIN_SHARE = 0.05;
/** The most that a single result does to the success rate: each failed try after a pause doubles the next pause. */
const MAX_SHARE = 0.5;
/** Floor of the success rate: it bounds the penalty, and the pause to 1.6 × `decayMs`. */
const MIN_SUCCESS = 0.2;
/** The fleet's averages follow about the last this many results for each candidate. */
const FLEET_RESULTS = 4;

/**
 * The load metric behind the strategies that compare load: the cost of a request × (in-flight + 1), made worse by
 * failures.
 *
 * - Failures. An endpoint that fails fast is idle and quick, so neither figure may speak for it: to the degree that it
 *   fails it counts as loaded as the fleet's average, and that is divided by its success rate. The penalty is thus a
 *   multiple of the present load, whatever that is. While a try of an endpoint that did nothing but fail since is
 *   pending, it gets no second one.
 * - Time. Scores fade with the time since the last result, so an endpoint left alone is tried again, after a failure
 *   with exponentially growing gaps (the success rate sinks further with each failed try).
 * - Stalls. Latency only shows when a request ends. When the oldest pending request has waited longer than the average
 *   while nothing else comes back, its age is the latency.
 * - A newcomer costs what the fleet's average does.
 *
 * Peak sensitivity and the product follow Finagle's `PeakEwma`; the rest closes gaps of it.
 */
export class RequestScore implements LoadMetric {
  readonly name: string;
  private readonly options: RequestScoreOptions;
  private readonly table = new CandidateTable(NEWCOMER);
  private readonly rate: number;
  private fleetCost = 0;
  private fleetLoad = 0;

  constructor(options: RequestScoreOptions) {
    this.name = options.name;
    this.options = options;
    this.rate = 1 / options.decayMs;
  }

  retain(candidates: readonly Candidate[]): void {
    this.table.retain(candidates);
  }

  load(candidate: Candidate, now: number): number {
    const slot = this.table.slotOf(candidate);
    return slot === -1 ? 0 : this.loadAt(slot, now);
  }

  loadAt(index: number, now: number): number {
    const candidate = this.table.candidates[index];
    if (candidate === undefined) return 0;
    const start = offset(index);
    const load = this.costAt(start, candidate, now) * (candidate.inFlight + 1);
    const success = this.table.data[start + SUCCESS] ?? 1;
    if (success === 1) return load;
    const raised = load + (1 - success) * Math.max(0, this.fleetLoad - load);
    return raised * this.failureFactor(start, candidate, now);
  }

  /** The cost of one request to the candidate at a position, without the requests in flight and without failures. */
  costOf(index: number, now: number): number {
    const candidate = this.table.candidates[index];
    return candidate === undefined ? 0 : this.costAt(offset(index), candidate, now);
  }

  /** What failures multiply the load of the candidate at a position by; 1 when it works. */
  failureFactorOf(index: number, now: number): number {
    const candidate = this.table.candidates[index];
    return candidate === undefined ? 1 : this.failureFactor(offset(index), candidate, now);
  }

  observe(candidate: Candidate, observation: Observation): void {
    const slot = this.table.slotOf(candidate);
    if (slot === -1) return;
    const { data } = this.table;
    const start = offset(slot);
    const { kind, at } = observation;
    const share = 1 - this.fadeOf(at - (data[start + AT] ?? at));
    this.learnCost(start, observation, share);
    if (kind === 'cancelled') return;
    data[start + AT] = at;
    data[start + COST_AT] = at;
    if (kind === 'success') this.learnFleet(start, candidate);
    if (!this.options.errorAware) return;
    const success = data[start + SUCCESS] ?? 1;
    const outcome = kind === 'success' ? 1 : 0;
    const step = Math.min(MAX_SHARE, Math.max(MIN_SHARE, share));
    data[start + SUCCESS] = Math.max(MIN_SUCCESS, success + (outcome - success) * step);
    data[start + FAILING] = 1 - outcome;
  }

  clone(): LoadMetric {
    return new RequestScore(this.options);
  }

  private failureFactor(start: number, candidate: Candidate, now: number): number {
    const { data } = this.table;
    const success = data[start + SUCCESS] ?? 1;
    if (success === 1) return 1;
    const fade = this.fadeOf(now - (data[start + AT] ?? 0));
    if (data[start + FAILING] === 0) return cubed(1 / (1 - (1 - success) * fade));
    return cubed(candidate.pending > 0 ? 1 / MIN_SUCCESS : fade / success);
  }

  private costAt(start: number, candidate: Candidate, now: number): number {
    if (this.options.cost === 'one') return 1;
    const { data } = this.table;
    const known = data[start + COST] ?? 0;
    const cost = known === 0 ? this.fleetCost : known * this.fadeOf(now - (data[start + COST_AT] ?? 0));
    if (candidate.pending === 0) return cost;
    const at = data[start + AT] ?? 0;
    const since = candidate.oldestPendingAt;
    // Results that still come in at their usual pace speak for the endpoint: one long request among many is no stall.
    const silence = (now - Math.max(since, at)) * candidate.pending;
    return Math.max(cost, Math.min(now - since, silence));
  }

  private learnCost(start: number, observation: Observation, share: number): void {
    const { cost } = this.options;
    if (cost === 'one') return;
    const { data } = this.table;
    const { kind, latencyMs, at } = observation;
    const known = data[start + COST] ?? 0;
    // What failed or was cancelled early says nothing of how long an answer takes; what lasted longer does.
    if (kind !== 'success' && latencyMs <= Math.max(known, this.fleetCost)) return;
    if (known === 0 || (cost === 'peak' && latencyMs > known)) data[start + COST] = latencyMs;
    else data[start + COST] = known + (latencyMs - known) * share;
    data[start + COST_AT] = at;
  }

  /** Takes the candidate into the fleet's averages; those that only fail are no measure. */
  private learnFleet(start: number, candidate: Candidate): void {
    const cost = this.options.cost === 'one' ? 1 : (this.table.data[start + COST] ?? 0);
    const load = cost * (candidate.inFlight + 1);
    const share = 1 / (FLEET_RESULTS * this.table.size);
    this.fleetCost += this.fleetCost === 0 ? cost : (cost - this.fleetCost) * share;
    this.fleetLoad += this.fleetLoad === 0 ? load : (load - this.fleetLoad) * share;
  }

  /**
   * What remains of a figure after a time: e^(-time / decay), by its series where that is exact to 1e-5. That is nearly
   * always, and the exponential costs a pick too much.
   */
  private fadeOf(elapsedMs: number): number {
    const x = elapsedMs * this.rate;
    return x < 0.04 ? 1 - x * (1 - x * 0.5) : Math.exp(-x);
  }
}

/** The third power, so that a share of failures outweighs a larger share of load. */
function cubed(x: number): number {
  return x * x * x;
}
