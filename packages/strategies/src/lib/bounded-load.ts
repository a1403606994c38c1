import {
  type Candidate,
  numberOption,
  type Observation,
  type PickContext,
  type Strategy,
} from '@evenkeel/core';
import type { HashStrategy } from './hashing/hash-strategy.ts';
import { ringHash } from './ring-hash.ts';

/** Options of {@link boundedLoad}. */
export interface BoundedLoadOptions {
  /** How far above its share of all requests in flight an endpoint may get: 0.25 allows 25 % more. @default 0.25 */
  readonly epsilon?: number;
  /**
   * Requests in flight that each endpoint may have in any case: with few requests at once, a share is less than one
   * request, and keys would wander for nothing. @default 1, which keeps the bound exact
   */
  readonly minInFlight?: number;
  /** Who owns a key, and who is asked after that. @default ringHash() */
  readonly base?: HashStrategy;
}

/** More than rounding makes of a bound, and less than any fraction that means something. */
const ROUNDING = 1e-9;

interface Load {
  weight: number;
  /** In-flight count of the candidate as included in the sum. */
  inFlight: number;
}

/**
 * Consistent hashing with bounded loads (Mirrokni, Thorup & Zadimoghaddam, 2016): an endpoint takes a request only up to
 * ⌈(1 + ε) × its share by weight of all requests in flight⌉. A key whose owner is full jumps to others, in an order that is always the
 * same for that key (Chen et al., arXiv 1908.08762). About (1 + ε) / ε candidates are asked at most on average.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function boundedLoad(options: BoundedLoadOptions = {}): Strategy {
  const limits: Limits = {
    factor: 1 + numberOption('epsilon', options.epsilon, 0.25, { min: 0.001, max: 1_000 }),
    minInFlight: numberOption('minInFlight', options.minInFlight, 1, { min: 1, integer: true }),
  };
  return new BoundedLoad(options.base ?? ringHash(), limits);
}

interface Limits {
  readonly factor: number;
  readonly minInFlight: number;
}

class BoundedLoad implements Strategy {
  readonly name = 'bounded-load';
  private readonly base: HashStrategy;
  private readonly limits: Limits;
  private readonly accepts: (candidate: Candidate) => boolean;
  private loads = new Map<Candidate, Load>();
  private totalWeight = 0;
  private totalInFlight = 0;
  /** Its in-flight count changes only after the call that named it, so it is read at the next one. */
  private touched: Candidate | undefined;
  private leastLoaded: Candidate | undefined;
  private leastLoad = 0;

  constructor(base: HashStrategy, limits: Limits) {
    this.base = base;
    this.limits = limits;
    this.accepts = (candidate) => this.hasRoom(candidate);
  }

  update(candidates: readonly Candidate[]): void {
    this.base.update(candidates);
    this.loads = new Map();
    this.totalWeight = 0;
    this.totalInFlight = 0;
    this.touched = undefined;
    for (const candidate of candidates) {
      const { weight, inFlight } = candidate;
      this.loads.set(candidate, { weight, inFlight });
      this.totalWeight += weight;
      this.totalInFlight += inFlight;
    }
  }

  pick(context: PickContext): Candidate | undefined {
    this.recountTouched();
    this.leastLoaded = undefined;
    this.leastLoad = Number.POSITIVE_INFINITY;
    // All that may be picked can be full, when others are excluded: then the one nearest to its bound has to do.
    this.touched = this.base.pickWhere(context, this.accepts) ?? this.leastLoaded;
    return this.touched;
  }

  observe(candidate: Candidate, observation: Observation): void {
    this.recountTouched();
    this.touched = candidate;
    this.base.observe?.(candidate, observation);
  }

  clone(): Strategy {
    return new BoundedLoad(this.base.clone(), this.limits);
  }

  private hasRoom(candidate: Candidate): boolean {
    const load = this.recount(candidate);
    if (load === undefined) return true;
    const { factor, minInFlight } = this.limits;
    const share = load.weight / this.totalWeight;
    // A hair less, or 1.1 × 100 × 0.1 would be above 11.
    const bound = Math.max(minInFlight, Math.ceil(factor * (this.totalInFlight + 1) * share - ROUNDING));
    if (load.inFlight < bound) return true;
    const relative = load.inFlight / (load.weight * factor);
    if (relative < this.leastLoad) {
      this.leastLoad = relative;
      this.leastLoaded = candidate;
    }
    return false;
  }

  private recountTouched(): void {
    if (this.touched !== undefined) this.recount(this.touched);
  }

  /** Brings the sum up to date with one candidate, so that no pick has to add up all of them. */
  private recount(candidate: Candidate): Load | undefined {
    const load = this.loads.get(candidate);
    if (load === undefined) return undefined;
    this.totalInFlight += candidate.inFlight - load.inFlight;
    load.inFlight = candidate.inFlight;
    return load;
  }
}
