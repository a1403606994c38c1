import {
  type Candidate,
  type Clock,
  type LoadMetric,
  numberOption,
  type Observation,
  type PickContext,
  type Random,
  type Strategy,
  systemClock,
} from '@evenkeel/core';
import { FairShare } from './fair-share.ts';
import { Sampler } from './sampler.ts';

/** How {@link p2c} compares loads; shared by the strategies built on it. */
export interface ComparisonOptions {
  /** Candidates that are drawn at random, all distinct, 2–32. @default 2 */
  readonly choices?: number;
  /** Up to this many candidates all are compared instead, 0–64. @default 8 */
  readonly fullScanUpTo?: number;
  /** Loads that exceed the smallest by less than this share of it count as equal, 0–1. @default 0.1; `peakEwma` 0.15 */
  readonly toleranceRatio?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

/**
 * The strategy behind `p2c`, `leastRequest`, `leastTime` and `peakEwma`: compares the loads of few candidates.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function comparison(
  name: string,
  metric: LoadMetric,
  options: ComparisonOptions,
  defaults: ComparisonOptions = {},
): Strategy {
  return new Comparison(name, metric, {
    choices: numberOption('choices', options.choices, defaults.choices ?? 2, {
      min: 2,
      max: 32,
      integer: true,
    }),
    fullScanUpTo: numberOption('fullScanUpTo', options.fullScanUpTo, defaults.fullScanUpTo ?? 8, {
      max: 64,
      integer: true,
    }),
    toleranceRatio: numberOption('toleranceRatio', options.toleranceRatio, defaults.toleranceRatio ?? 0.1, {
      max: 1,
    }),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  });
}

/** Draws that may hit an excluded or already drawn candidate before the neighbours are tried in turn. */
const MAX_TRIES = 8;
/** Candidates that are looked at for one that works when all drawn are known to fail. */
const MAX_LOOKS = 64;

class Comparison implements Strategy {
  readonly name: string;
  readonly clone?: () => Strategy;
  private readonly metric: LoadMetric;
  private readonly options: Required<ComparisonOptions>;
  private readonly slack: number;
  private readonly sampler: Sampler;
  private readonly fairShare: FairShare;
  private readonly scanUpTo: number;
  private candidates: readonly Candidate[] = [];
  private scans = true;
  private equalWeights = true;
  private meanWeight = 1;
  /** The positions under comparison, and their loads: scratch space of a pick. */
  private readonly drawn: Int32Array;
  private readonly loads: Float64Array;

  constructor(name: string, metric: LoadMetric, options: Required<ComparisonOptions>) {
    this.name = name;
    this.metric = metric;
    this.options = options;
    this.slack = 1 + options.toleranceRatio;
    this.sampler = new Sampler(options.random, true);
    this.fairShare = new FairShare(options.random);
    this.scanUpTo = Math.max(options.choices, options.fullScanUpTo);
    this.drawn = new Int32Array(MAX_LOOKS);
    this.loads = new Float64Array(MAX_LOOKS);
    // A metric that follows one list of candidates cannot serve two: without a copy of it there is none of the whole.
    if (metric.clone !== undefined || metric.retain === undefined)
      this.clone = () => new Comparison(name, metric.clone?.() ?? metric, options);
  }

  update(candidates: readonly Candidate[]): void {
    const first = candidates[0]?.weight;
    this.candidates = candidates;
    this.scans = candidates.length <= this.scanUpTo;
    this.equalWeights = candidates.every(({ weight }) => weight === first);
    this.meanWeight =
      candidates.reduce((sum, { weight }) => sum + weight, 0) / Math.max(1, candidates.length);
    this.sampler.update(candidates);
    this.fairShare.update(candidates);
    this.metric.retain?.(candidates);
  }

  pick(context: PickContext, now?: number): Candidate | undefined {
    const exclude = context.exclude?.size === 0 ? undefined : context.exclude;
    const time = now ?? this.options.clock.now();
    let slot: number;
    if (exclude === undefined && !this.scans && this.equalWeights && this.options.choices === 2) {
      slot = this.bestOfTwo(time);
    } else {
      const count = this.scans ? this.takeAll(exclude) : this.draw(exclude);
      if (count === 0) return undefined;
      slot = count === 1 ? (this.drawn[0] ?? 0) : this.best(count, time);
    }
    if (!this.scans && this.metric.failsAt?.(slot, time) === true)
      slot = this.bestThatWorks(slot, exclude, time);
    this.fairShare.charge(slot);
    return this.candidates[slot];
  }

  observe(candidate: Candidate, observation: Observation): void {
    this.metric.observe?.(candidate, observation);
  }

  loadOf(candidate: Candidate, now: number): number {
    return this.metric.load(candidate, now);
  }

  /** What `draw` and `best` do, for the case that nearly every pick of a large cluster is. */
  private bestOfTwo(now: number): number {
    const one = this.sampler.draw();
    let two = this.sampler.draw();
    while (two === one) two = this.sampler.draw();
    const loadOne = this.loadAt(one, now);
    const loadTwo = this.loadAt(two, now);
    if (loadOne > loadTwo * this.slack) return two;
    if (loadTwo > loadOne * this.slack) return one;
    return this.fairShare.isBehind(two, one) ? two : one;
  }

  private takeAll(exclude: ReadonlySet<string> | undefined): number {
    let count = 0;
    for (let slot = 0; slot < this.candidates.length; slot++) {
      if (!this.isExcluded(slot, exclude)) this.drawn[count++] = slot;
    }
    return count;
  }

  private draw(exclude: ReadonlySet<string> | undefined): number {
    let count = 0;
    for (; count < this.options.choices; count++) {
      let slot = this.sampler.draw();
      for (let i = 0; i < MAX_TRIES && (this.isDrawn(slot, count) || this.isExcluded(slot, exclude)); i++)
        slot = this.sampler.draw();
      if (this.isDrawn(slot, count) || this.isExcluded(slot, exclude)) slot = this.nextOpen(count, exclude);
      if (slot === -1) break;
      this.drawn[count] = slot;
    }
    return count;
  }

  /** The best of those that are not known to fail, among the first after a random position; else the one given. */
  private bestThatWorks(failing: number, exclude: ReadonlySet<string> | undefined, now: number): number {
    const { length } = this.candidates;
    const start = Math.floor(this.options.random() * length);
    let count = 0;
    for (let i = 0; i < Math.min(MAX_LOOKS, length); i++) {
      const slot = (start + i) % length;
      if (!this.isExcluded(slot, exclude) && this.metric.failsAt?.(slot, now) === false)
        this.drawn[count++] = slot;
    }
    return count === 0 ? failing : this.best(count, now);
  }

  /** The first candidate after a random position that is neither drawn nor excluded; -1 when there is none. */
  private nextOpen(count: number, exclude: ReadonlySet<string> | undefined): number {
    const { length } = this.candidates;
    const start = Math.floor(this.options.random() * length);
    for (let i = 0; i < length; i++) {
      const slot = (start + i) % length;
      if (!this.isDrawn(slot, count) && !this.isExcluded(slot, exclude)) return slot;
    }
    return -1;
  }

  private isDrawn(slot: number, count: number): boolean {
    for (let i = 0; i < count; i++) if (this.drawn[i] === slot) return true;
    return false;
  }

  private isExcluded(slot: number, exclude: ReadonlySet<string> | undefined): boolean {
    if (exclude === undefined) return false;
    const candidate = this.candidates[slot];
    return candidate === undefined || exclude.has(candidate.endpoint.id);
  }

  /** The position, among the first `count` drawn, of least load; of those as good, the one furthest behind. */
  private best(count: number, now: number): number {
    const { drawn, loads } = this;
    for (let i = 0; i < count; i++) loads[i] = this.loadAt(drawn[i] ?? 0, now);
    const lowest = this.equalWeights ? this.lowest(count) : this.lowestPerWeight(count);
    const reference = drawn[lowest] ?? 0;
    const lowestLoad = loads[lowest] ?? 0;
    const { slack } = this;
    let best = reference;
    for (let i = 0; i < count; i++) {
      const slot = drawn[i] ?? 0;
      if (slot === reference) continue;
      const load = loads[i] ?? 0;
      const isAsGood = this.equalWeights
        ? load <= lowestLoad * slack
        : this.isAsGood(slot, load, reference, lowestLoad, slack);
      if (isAsGood && this.fairShare.isBehind(slot, best)) best = slot;
    }
    return best;
  }

  private lowest(count: number): number {
    let lowest = 0;
    for (let i = 1; i < count; i++) if ((this.loads[i] ?? 0) < (this.loads[lowest] ?? 0)) lowest = i;
    return lowest;
  }

  /** As {@link lowest} with loads by weight; of equals the heaviest, against which the others compare most finely. */
  private lowestPerWeight(count: number): number {
    let lowest = 0;
    let lowestLoad = Number.POSITIVE_INFINITY;
    let lowestWeight = 0;
    for (let i = 0; i < count; i++) {
      const candidate = this.candidates[this.drawn[i] ?? 0];
      if (candidate === undefined) continue;
      const { inFlight, weight } = candidate;
      const load = ((this.loads[i] ?? 0) * (1 + (inFlight * this.meanWeight) / weight)) / (1 + inFlight);
      if (load > lowestLoad || (load === lowestLoad && weight <= lowestWeight)) continue;
      lowest = i;
      lowestLoad = load;
      lowestWeight = weight;
    }
    return lowest;
  }

  private isAsGood(
    slot: number,
    load: number,
    reference: number,
    referenceLoad: number,
    slack: number,
  ): boolean {
    const one = this.candidates[slot];
    const other = this.candidates[reference];
    if (one === undefined || other === undefined) return false;
    const unit = Math.min(one.weight, other.weight);
    return loadPerUnit(load, one, unit) <= loadPerUnit(referenceLoad, other, unit) * slack;
  }

  private loadAt(slot: number, now: number): number {
    const { metric } = this;
    if (metric.loadAt !== undefined) return metric.loadAt(slot, now);
    const candidate = this.candidates[slot];
    return candidate === undefined ? Number.POSITIVE_INFINITY : metric.load(candidate, now);
  }
}

/**
 * The load of a candidate seen as `weight / unit` endpoints of the unit's weight: one of them has only its share of the
 * requests in flight, rounded down, as the next request goes to the idlest. Rounding matters: without it the lighter
 * of two would win whenever the heavier has anything in flight, and get up to several times its share.
 */
function loadPerUnit(load: number, { inFlight, weight }: Candidate, unit: number): number {
  if (weight === unit) return load;
  return (load * (1 + Math.floor((inFlight * unit) / weight + 1e-9))) / (1 + inFlight);
}
