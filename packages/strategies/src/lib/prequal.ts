import type { Candidate, Observation, PickContext, Strategy } from '@evenkeel/core';
import { FairShare } from './fair-share.ts';
import {
  hotQuantile,
  type PrequalOptions,
  type PrequalSettings,
  prequalSettings,
  reuseBudget,
} from './prequal-options.ts';
import { type Probe, ProbePool } from './probe-pool.ts';
import { Prober } from './prober.ts';
import { RecentQuantile } from './recent-quantile.ts';
import { RequestScore } from './request-score.ts';
import { Sampler } from './sampler.ts';

/** With fewer probes than this to choose from a pick is random (by weight). */
const MIN_PROBES = 2;
/** In-flight counts that the hot threshold is taken from. */
const IN_FLIGHT_SAMPLES = 48;
/** Latencies and in-flight counts this close count as equal, and the candidate behind its share is taken. */
const TOLERANCE = 1.1;

/**
 * Probing to reduce queuing and latency ("Load is not what you should balance: Introducing Prequal", NSDI 2024): keeps
 * a few fresh probes, calls those with more requests in flight than most hot, and picks the lowest latency
 * among the cold, or the fewest in flight when all are hot.
 *
 * For many clients that share endpoints whose speed changes quickly, where probes or load reports see what no single
 * client does.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function prequal(options: PrequalOptions = {}): Strategy {
  return new Prequal(prequalSettings(options));
}

class Prequal implements Strategy {
  readonly name = 'prequal';
  private readonly settings: PrequalSettings;
  private readonly sampler: Sampler;
  private readonly fairShare: FairShare;
  private readonly score: RequestScore;
  private readonly pool: ProbePool;
  private readonly hot: RecentQuantile;
  private readonly prober: Prober;
  private candidates: readonly Candidate[] = [];
  private slots = new Map<Candidate, number>();
  private meanWeight = 1;
  private reuse = 1;
  private owedProbes = 0;
  private owedRemovals = 0;
  private removesOldest = false;
  /** Whether what endpoints say of themselves feeds the pool: it is not to be mixed with this client's own view. */
  private isReported: boolean;

  constructor(settings: PrequalSettings) {
    const { random, decayMs, errorAware, poolSize, hotRatio } = settings;
    this.settings = settings;
    this.sampler = new Sampler(random, true);
    this.fairShare = new FairShare(random);
    this.score = new RequestScore({ name: 'prequal', cost: 'mean', decayMs, errorAware });
    this.pool = new ProbePool(poolSize);
    this.hot = new RecentQuantile(hotRatio, IN_FLIGHT_SAMPLES);
    this.isReported = settings.probe !== undefined;
    this.prober = new Prober(settings, (candidate, { requestsInFlight, latencyMs }) =>
      this.learn(candidate, requestsInFlight, latencyMs, settings.clock.now()),
    );
  }

  update(candidates: readonly Candidate[]): void {
    this.candidates = candidates;
    this.slots = new Map(candidates.map((candidate, slot) => [candidate, slot]));
    this.meanWeight =
      candidates.reduce((sum, { weight }) => sum + weight, 0) / Math.max(1, candidates.length);
    this.hot.quantile = hotQuantile(this.settings, candidates.length);
    this.reuse = reuseBudget(this.settings, candidates.length);
    this.sampler.update(candidates);
    this.fairShare.update(candidates);
    this.score.retain(candidates);
    this.pool.retain(this.slots);
  }

  pick({ exclude }: PickContext, now: number = this.settings.clock.now()): Candidate | undefined {
    this.pool.expire(now - this.settings.probeAgeMs);
    this.probe(now);
    const probe = this.choose(exclude, now);
    const slot = probe === undefined ? this.sampler.drawExcept(exclude) : probe.slot;
    if (slot === -1) return undefined;
    this.fairShare.charge(slot);
    if (probe !== undefined) this.use(probe);
    this.tidy();
    return this.candidates[slot];
  }

  observe(candidate: Candidate, observation: Observation): void {
    this.score.observe(candidate, observation);
    const { loadReport, at } = observation;
    const { requestsInFlight = Number.NaN, latencyMs } = loadReport ?? {};
    const slot = this.slots.get(candidate);
    if (!(requestsInFlight >= 0) || slot === undefined) return;
    this.isReported = true;
    this.learn(candidate, requestsInFlight, latencyMs ?? this.score.costOf(slot, at), at);
  }

  clone(): Strategy {
    return new Prequal(this.settings);
  }

  /** Sends the probes due with a pick, or takes samples of this client's own view. */
  private probe(now: number): void {
    this.owedProbes += this.settings.probesPerPick;
    for (; this.owedProbes >= 1; this.owedProbes--) {
      const slot = this.sampler.draw();
      const candidate = this.candidates[slot];
      if (candidate === undefined) continue;
      if (this.settings.probe !== undefined) this.prober.send(candidate);
      else if (!this.isReported) this.learn(candidate, candidate.inFlight, this.score.costOf(slot, now), now);
    }
  }

  private learn(candidate: Candidate, requestsInFlight: number, latencyMs: number, at: number): void {
    const slot = this.slots.get(candidate);
    if (slot === undefined || !(requestsInFlight >= 0) || !(latencyMs >= 0)) return;
    const inFlight = (requestsInFlight * this.meanWeight) / candidate.weight;
    this.hot.add(inFlight);
    const whole = Math.floor(this.reuse);
    const uses = whole + (this.settings.random() < this.reuse - whole ? 1 : 0);
    const probe = this.pool.add(candidate);
    if (probe === undefined) return;
    probe.slot = slot;
    probe.inFlight = inFlight;
    probe.latencyMs = latencyMs;
    probe.at = at;
    probe.uses = uses;
  }

  /** The hot-cold rule; undefined when there are too few probes for it. */
  private choose(exclude: ReadonlySet<string> | undefined, now: number): Probe | undefined {
    const threshold = this.hot.value;
    const finiteThreshold = Number.isFinite(threshold) ? threshold : 0;
    let best: Probe | undefined;
    let bestFigure = Number.POSITIVE_INFINITY;
    let isCold = false;
    let usable = 0;
    for (let i = 0; i < this.pool.count; i++) {
      const probe = this.pool.at(i);
      if (probe?.candidate === undefined || exclude?.has(probe.candidate.endpoint.id) === true) continue;
      usable++;
      const failures = this.score.failureFactorOf(probe.slot, now);
      // One that fails is idle for the wrong reason: it counts as at least at the threshold.
      const inFlight =
        failures <= 1 ? probe.inFlight : (Math.max(probe.inFlight, finiteThreshold) + 1) * failures;
      const cold = inFlight <= threshold;
      if (isCold && !cold) continue;
      const figure = cold ? probe.latencyMs * failures : inFlight;
      const isFirstCold = cold && !isCold;
      if (isFirstCold || this.isBetter(figure, probe, bestFigure, best)) {
        best = probe;
        bestFigure = figure;
        isCold = cold;
      }
    }
    return usable < MIN_PROBES ? undefined : best;
  }

  private isBetter(figure: number, probe: Probe, bestFigure: number, best: Probe | undefined): boolean {
    if (best === undefined || figure * TOLERANCE < bestFigure) return true;
    return figure <= bestFigure * TOLERANCE && this.fairShare.isBehind(probe.slot, best.slot);
  }

  /** Counts a pick against its probe: one more in flight there, one use less. */
  private use(probe: Probe): void {
    probe.inFlight += this.meanWeight / (probe.candidate?.weight ?? this.meanWeight);
    probe.uses--;
    if (probe.uses <= 0) this.pool.remove(probe);
  }

  /** Drops the probes due with a pick, so that bad news does not pile up unused. Few endpoints need all they have. */
  private tidy(): void {
    const { pool } = this;
    const enough = Math.min(this.settings.poolSize, this.candidates.length) / 2;
    this.owedRemovals = Math.min(16, this.owedRemovals + this.settings.removesPerPick);
    for (; this.owedRemovals >= 1; this.owedRemovals--) {
      if (pool.count <= Math.max(MIN_PROBES, enough)) continue;
      pool.remove(this.removesOldest ? pool.at(0) : this.worst());
      this.removesOldest = !this.removesOldest;
    }
  }

  /** The probe with the most in flight if any is hot, else the one of highest latency. */
  private worst(): Probe | undefined {
    const threshold = this.hot.value;
    let worst: Probe | undefined;
    for (let i = 0; i < this.pool.count; i++) {
      const probe = this.pool.at(i);
      if (worst === undefined || probe === undefined) worst = probe;
      else if (Math.max(probe.inFlight, worst.inFlight) > threshold)
        worst = probe.inFlight > worst.inFlight ? probe : worst;
      else if (probe.latencyMs > worst.latencyMs) worst = probe;
    }
    return worst;
  }
}
