import { type Clock, type Endpoint, numberOption, type Random, systemClock } from '@evenkeel/core';
import { type ScoreOptions, scoreDefaults } from './score-options.ts';

/** What a probe of an endpoint returns. */
export interface ProbeResult {
  /** Requests in flight at the endpoint, from all clients. */
  readonly requestsInFlight: number;
  /** The latency the endpoint expects at its present load, in ms. */
  readonly latencyMs: number;
}

export interface PrequalOptions extends ScoreOptions {
  /**
   * Asks an endpoint for its load; never waited for by a pick. A rejection counts as no answer. Without it the pool is
   * fed by load reports that come with responses, and where there are none by what this client knows itself.
   */
  readonly probe?: (endpoint: Endpoint, options: { readonly signal: AbortSignal }) => Promise<ProbeResult>;
  /** Probes sent for each pick, 0–16; a fraction is sent that often. @default 3 */
  readonly probesPerPick?: number;
  /**
   * Probes kept, 2–256. More than come with one pick are old news, and let clients that know the same endpoints run to the
   * same one; the paper's 16 are for clients that pick hundreds of times while one request is served. @default 3
   */
  readonly poolSize?: number;
  /** A probe is dropped, or given up, after this time, in ms, at least 1. @default 1,000 */
  readonly probeAgeMs?: number;
  /** Probes dropped with each pick, 0–16: by turns the oldest and the worst. @default 1 */
  readonly removesPerPick?: number;
  /** Quantile of in-flight counts above which an endpoint is hot, 0–1. @default 2 ** -0.25 */
  readonly hotRatio?: number;
  /** The δ in the rule for reuse: net growth of the pool for each pick, above 0. @default 1 */
  readonly reuseDelta?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

/** The options with defaults, those of the paper but for the pool. */
export type PrequalSettings = Required<Omit<PrequalOptions, 'probe'>> & Pick<PrequalOptions, 'probe'>;

/** Checks the options and fills in the defaults. */
export function prequalSettings(options: PrequalOptions): PrequalSettings {
  const { probesPerPick, poolSize, probeAgeMs, removesPerPick, hotRatio, reuseDelta } = options;
  return {
    ...scoreDefaults(options),
    ...(options.probe === undefined ? {} : { probe: options.probe }),
    probesPerPick: numberOption('probesPerPick', probesPerPick, 3, { max: 16 }),
    poolSize: numberOption('poolSize', poolSize, 3, { min: 2, max: 256, integer: true }),
    probeAgeMs: numberOption('probeAgeMs', probeAgeMs, 1_000, { min: 1 }),
    removesPerPick: numberOption('removesPerPick', removesPerPick, 1, { max: 16 }),
    hotRatio: numberOption('hotRatio', hotRatio, 2 ** -0.25, { max: 1 }),
    reuseDelta: numberOption('reuseDelta', reuseDelta, 1, { min: Number.MIN_VALUE }),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

/**
 * How many picks may use one probe: max(1, (1 + δ) / ((1 − m / n) × probes − removes)), with a pool of m probes and n
 * endpoints; without bound where the formula has no positive answer, as with few endpoints, whose probes are fresh.
 */
export function reuseBudget(settings: PrequalSettings, endpoints: number): number {
  const { poolSize, probesPerPick, removesPerPick, reuseDelta } = settings;
  const growth = (1 - poolSize / endpoints) * probesPerPick - removesPerPick;
  return growth > 0 ? Math.max(1, (1 + reuseDelta) / growth) : Number.POSITIVE_INFINITY;
}

/**
 * The quantile above which an endpoint is hot. Among few endpoints one alone makes up more of the samples than the
 * quantile leaves, and would never be hot: there it is lowered, with room for the luck of the draw, to let one be.
 */
export function hotQuantile({ hotRatio }: PrequalSettings, endpoints: number): number {
  return Math.max(0, Math.min(hotRatio, 1 - 2 / endpoints));
}
