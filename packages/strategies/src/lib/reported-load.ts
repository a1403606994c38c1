import {
  type Candidate,
  type Clock,
  numberOption,
  type Observation,
  type PickContext,
  type Random,
  type Strategy,
  systemClock,
} from '@evenkeel/core';
import { ReportedWeights, type ReportedWeightsOptions } from './reported-weights.ts';
import { StaticStride } from './static-stride.ts';

export interface ReportedLoadOptions extends ReportedWeightsOptions {
  /** How often the weights in use are brought up to date, in ms, at least 100. @default 1,000 */
  readonly updatePeriodMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Chooses where the first round starts. @default Math.random */
  readonly random?: Random;
}

/**
 * A weighted round robin over what endpoints say of their own load, as gRPC's `weighted_round_robin` (proposal A58)
 * and Envoy's `client_side_weighted_round_robin` do with ORCA reports: an endpoint's weight is its requests per second
 * ÷ its utilization, lowered by its errors, and times its static weight. Those without a usable report count as the
 * mean of the others; while fewer than two have one, static weights alone decide.
 *
 * Weights are brought up to date by the first pick after each period: there is no timer.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function reportedLoad(options: ReportedLoadOptions = {}): Strategy {
  return new ReportedLoad(options);
}

class ReportedLoad implements Strategy {
  readonly name = 'reported-load';
  private readonly options: ReportedLoadOptions;
  private readonly clock: Clock;
  private readonly updatePeriodMs: number;
  private readonly reported: ReportedWeights;
  private candidates: readonly Candidate[] = [];
  private scheduler: StaticStride | undefined;
  private rebuiltAt = 0;
  private sequence: number;

  constructor(options: ReportedLoadOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.updatePeriodMs = numberOption('updatePeriodMs', options.updatePeriodMs, 1_000, { min: 100 });
    this.reported = new ReportedWeights(options);
    this.sequence = Math.floor((options.random ?? Math.random)() * 2 ** 24);
  }

  update(candidates: readonly Candidate[]): void {
    this.candidates = candidates;
    this.reported.retain(candidates);
    this.rebuild(this.clock.now());
  }

  pick({ exclude }: PickContext, now: number = this.clock.now()): Candidate | undefined {
    const { candidates } = this;
    if (now - this.rebuiltAt >= this.updatePeriodMs) this.rebuild(now);
    // Every entry comes up once in the mean ÷ floor generations at the latest; the bound is for exclusion alone.
    const bound = candidates.length * (exclude === undefined ? Number.POSITIVE_INFINITY : 8);
    for (let i = 0; i < bound; i++) {
      const sequence = this.sequence++;
      if (this.scheduler?.isPick(sequence) === false) continue;
      const candidate = candidates[sequence % candidates.length];
      if (candidate !== undefined && exclude?.has(candidate.endpoint.id) !== true) return candidate;
    }
    return candidates.find((candidate) => exclude?.has(candidate.endpoint.id) !== true);
  }

  observe(candidate: Candidate, observation: Observation): void {
    this.reported.observe(candidate, observation);
  }

  clone(): Strategy {
    return new ReportedLoad(this.options);
  }

  private rebuild(now: number): void {
    const { candidates } = this;
    const weights = new Float64Array(candidates.length);
    let sum = 0;
    let usable = 0;
    for (let i = 0; i < candidates.length; i++) {
      const weight = this.reported.weightAt(i, now);
      weights[i] = weight;
      sum += weight;
      if (weight > 0) usable++;
    }
    const mean = sum / usable;
    for (const [i, { weight }] of candidates.entries()) {
      const reported = weights[i] ?? 0;
      weights[i] = weight * (usable < 2 ? 1 : reported > 0 ? reported : mean);
    }
    this.scheduler = StaticStride.from(weights);
    this.rebuiltAt = now;
  }
}
