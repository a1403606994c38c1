import type { Candidate, LoadMetric, Observation } from '@evenkeel/core';
import { CandidateTable, offset } from './candidate-table.ts';
import { CostEstimate, FLEET_RESULTS } from './cost-estimate.ts';
import { fade } from './fade.ts';
import { AT, COST_AT, FAILING, NEWCOMER, SUCCESS } from './score-figures.ts';

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

/** The least share of an average that a single result makes up, however close together results come. */
const MIN_SHARE = 0.05;
/** The most that a single result does to the success rate: each failed try after a pause doubles the next pause. */
const MAX_SHARE = 0.5;
/** A candidate that failed last, and has no better success rate than this, is known to fail. */
const FAILING_SUCCESS = 0.5;
/** Floor of the success rate: it bounds the penalty, and the pause to 1.6 × `decayMs`. */
const MIN_SUCCESS = 0.2;

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
 * - Latency. Of a newcomer it is the fleet's average; see {@link CostEstimate} for how it is learned and doubted.
 *
 * Peak sensitivity and the product follow Finagle's `PeakEwma`; the rest closes gaps of it.
 */
export class RequestScore implements LoadMetric {
  readonly name: string;
  private readonly options: RequestScoreOptions;
  private readonly table = new CandidateTable(NEWCOMER);
  private readonly rate: number;
  /** Missing when each request costs 1. */
  private readonly cost: CostEstimate | undefined;
  private fleetLoad = 0;

  constructor(options: RequestScoreOptions) {
    this.name = options.name;
    this.options = options;
    this.rate = 1 / options.decayMs;
    const { cost, decayMs } = options;
    if (cost !== 'one') this.cost = new CostEstimate(this.table, decayMs, cost === 'peak');
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

  failsAt(index: number, now: number): boolean {
    const { data } = this.table;
    const start = offset(index);
    if (data[start + FAILING] !== 1 || (data[start + SUCCESS] ?? 1) > FAILING_SUCCESS) return false;
    return this.failureFactorOf(index, now) > 1;
  }

  observe(candidate: Candidate, observation: Observation): void {
    const slot = this.table.slotOf(candidate);
    if (slot === -1) return;
    const { data } = this.table;
    const start = offset(slot);
    const { kind, at } = observation;
    const share = 1 - fade((at - (data[start + AT] ?? at)) * this.rate);
    this.cost?.learn(start, observation, share);
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
    const left = fade((now - (data[start + AT] ?? 0)) * this.rate);
    if (data[start + FAILING] === 0) return cubed(1 / (1 - (1 - success) * left));
    return cubed(candidate.pending > 0 ? 1 / MIN_SUCCESS : left / success);
  }

  private costAt(start: number, candidate: Candidate, now: number): number {
    const estimate = this.cost;
    if (estimate === undefined) return 1;
    const { data } = this.table;
    if (candidate.pending === 0) return estimate.idleAt(data, start, now);
    const cost = estimate.busyAt(data, start, now);
    const at = data[start + AT] ?? 0;
    const since = candidate.oldestPendingAt;
    // Results that still come in at their usual pace speak for the endpoint: one long request among many is no stall.
    const silence = (now - Math.max(since, at)) * candidate.pending;
    return Math.max(cost, Math.min(now - since, silence));
  }

  /** Takes the candidate into the fleet's averages; those that only fail are no measure. */
  private learnFleet(start: number, candidate: Candidate): void {
    const load = (this.cost?.learnFleet(start) ?? 1) * (candidate.inFlight + 1);
    this.fleetLoad +=
      this.fleetLoad === 0 ? load : (load - this.fleetLoad) / (FLEET_RESULTS * this.table.size);
  }
}

/** The third power, so that a share of failures outweighs a larger share of load. */
function cubed(x: number): number {
  return x * x * x;
}
