import type { Observation } from '@evenkeel/core';
import type { CandidateTable } from './candidate-table.ts';
import { fade } from './fade.ts';
import { COST, COST_AT, DOUBT_RATE, RESULTS, RUN } from './score-figures.ts';

/** A latency this many times what is believed is a peak. */
const PEAK = 3;
/** Peaks in a row that prove one: until then each counts little, as any endpoint has a slow answer now and then. */
const PROOF = 4;
/** Results of a newcomer that may be slow because connections were new. */
const COLD_RESULTS = 2;
/** The most that a single result does to an average: one answer after a silence is no better measured than any. */
const MAX_SHARE = 0.3;
/** An excess over the fleet is forgotten after this share of the decay without results. */
const DOUBT_RATIO = 0.1;
/** How often the time until then doubles, with each try after it that was a peak again. */
const MAX_DOUBLINGS = 3;
/** The fleet's average follows about the last this many results for each candidate. */
export const FLEET_RESULTS = 4;

/**
 * Estimates what one request costs each candidate: its average latency, in ms.
 *
 * - A peak raises the estimate at once, but only when {@link PROOF} results in a row are peaks: a pause of a garbage
 *   collector or a new connection says nothing of the next request. As many results in a row end it.
 * - An estimate above the fleet's average keeps traffic away, and then nothing more is learned. So doubt grows with the
 *   silence, and the estimate returns to the fleet's average: the endpoint is tried again, soon at first, and with
 *   growing gaps when it proves to be slow. While a try is pending there is no doubt, so there is no second one.
 * - The first results weigh alike, and the first of all does not count when the second is lower.
 */
export class CostEstimate {
  /** The fleet's average cost, which is also that of a newcomer; 0 while nothing is known. */
  fleet = 0;
  private readonly table: CandidateTable;
  private readonly rate: number;
  private readonly isPeakSensitive: boolean;

  constructor(table: CandidateTable, decayMs: number, isPeakSensitive: boolean) {
    this.table = table;
    this.rate = 1 / decayMs;
    this.isPeakSensitive = isPeakSensitive;
  }

  /** The cost of a candidate without pending requests, whose figures start at `start` of `data`, those of the table. */
  idleAt(data: Float64Array, start: number, now: number): number {
    let cost = data[start + COST] ?? 0;
    if (cost === 0) return this.fleet;
    const silentMs = now - (data[start + COST_AT] ?? 0);
    const excess = cost - this.fleet;
    if (excess > 0) {
      const doubt = silentMs * (data[start + DOUBT_RATE] ?? 0);
      cost -= doubt < 1 ? excess * doubt * doubt : excess;
    }
    return cost * fade(silentMs * this.rate);
  }

  /** As {@link idleAt}, for a candidate with pending requests: what they will tell leaves no room for doubt. */
  busyAt(data: Float64Array, start: number, now: number): number {
    const cost = data[start + COST] ?? 0;
    return cost === 0 ? this.fleet : cost * fade((now - (data[start + COST_AT] ?? 0)) * this.rate);
  }

  /**
   * Learns from a result, or from a request that failed or was given up after longer than any answer takes.
   *
   * @param share what the time since the last result makes of a new one, 0–1
   */
  learn(start: number, { kind, latencyMs, at }: Observation, share: number): void {
    const { data } = this.table;
    const known = data[start + COST] ?? 0;
    const results = (data[start + RESULTS] ?? 0) + 1;
    if (kind === 'success') {
      data[start + COST] = this.next(start, latencyMs, at, share, results);
      data[start + RESULTS] = results;
      data[start + DOUBT_RATE] = results <= COLD_RESULTS ? Number.MAX_VALUE : this.doubtRate(start);
    } else {
      // When to try an endpoint that fails is a matter of its failures alone.
      if (kind === 'failure') data[start + DOUBT_RATE] = 0;
      // What failed or was cancelled early says nothing of how long an answer takes; what lasted longer does.
      if (latencyMs <= Math.max(known, this.fleet)) return;
      const jumps = this.isPeakSensitive || known === 0;
      data[start + COST] = jumps ? latencyMs : known + (latencyMs - known) * share;
      data[start + RESULTS] = Math.max(results, COLD_RESULTS + 1);
    }
    data[start + COST_AT] = at;
  }

  /** Takes a candidate into the fleet's average, and returns its own cost as last learned. */
  learnFleet(start: number): number {
    const cost = this.table.data[start + COST] ?? 0;
    this.fleet += this.fleet === 0 ? cost : (cost - this.fleet) / (FLEET_RESULTS * this.table.size);
    return cost;
  }

  private next(start: number, latencyMs: number, at: number, share: number, results: number): number {
    const { data } = this.table;
    const known = data[start + COST] ?? 0;
    if (results === 1) return latencyMs;
    if (results === COLD_RESULTS) return Math.min(known, latencyMs);
    const silentMs = at - (data[start + COST_AT] ?? 0);
    const excess = Math.max(0, known - this.fleet);
    const doubt = excess === 0 ? 0 : Math.min(1, silentMs * this.doubtRate(start));
    const base = known - excess * doubt * doubt;
    const step = Math.min(MAX_SHARE, share);
    if (this.isPeakSensitive) {
      const run = this.countRun(start, latencyMs, base, doubt);
      if (run >= PROOF || run <= -PROOF) return latencyMs;
      if (run > 0) return base + (PEAK - 1) * base * step;
    }
    return base + (latencyMs - base) * Math.max(step, Math.min(MAX_SHARE, doubt), 1 / results);
  }

  private countRun(start: number, latencyMs: number, base: number, doubt: number): number {
    const { data } = this.table;
    const before = data[start + RUN] ?? 0;
    const known = data[start + COST] ?? 0;
    let run = 0;
    // Beyond the proof only tries after a silence count: how many requests a single pause held up does not matter.
    if (latencyMs > PEAK * base)
      run = Math.min(Math.max(0, before) + 1, Math.max(before, doubt < 1 ? PROOF : PROOF + MAX_DOUBLINGS));
    else if (known > PEAK * this.fleet && known > PEAK * latencyMs) run = Math.min(0, before) - 1;
    data[start + RUN] = run;
    return run;
  }

  /** How fast doubt grows with the silence, in 1/ms: from 0 to 1, when the estimate no longer keeps traffic away. */
  private doubtRate(start: number): number {
    const doublings = Math.max(0, (this.table.data[start + RUN] ?? 0) - PROOF);
    return this.rate / (DOUBT_RATIO * (1 << doublings));
  }
}
