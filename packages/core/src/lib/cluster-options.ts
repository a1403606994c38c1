import type { Clock } from './clock.ts';
import type { Discovery } from './discovery.ts';
import type { GuardOptions } from './guard/guard-options.ts';
import type { HealthCheckOptions } from './health/health-check-options.ts';
import type { ConcurrencyLimit } from './limit/concurrency-limit.ts';
import type { OutlierDetectionOptions } from './outlier/outlier-detection-options.ts';
import type { Random } from './random.ts';
import type { Strategy } from './strategy.ts';
import type { SubsetOptions } from './subset/subset-options.ts';

/** What a cluster is made of. Only a name, a discovery and a strategy are needed. */
export interface ClusterOptions {
  /** Appears in errors, events and metrics. */
  readonly name: string;
  readonly discovery: Discovery;
  readonly strategy: Strategy;
  /** How to treat suspicious snapshots. */
  readonly guard?: GuardOptions;
  /** Active checks; without them health is judged by real traffic alone. */
  readonly healthCheck?: HealthCheckOptions;
  /** Passive checks on real traffic; false turns them off. @default 5 failures in a row, success rate and the ejection times of Envoy */
  readonly outlierDetection?: OutlierDetectionOptions | false;
  readonly panic?: PanicOptions;
  readonly priority?: PriorityOptions;
  readonly zone?: ZoneOptions;
  readonly subset?: SubsetOptions;
  readonly slowStart?: SlowStartOptions;
  /** Makes the concurrency limit of one endpoint, such as `() => fixedLimit(100)` or `gradientLimit`. @default no limit */
  readonly concurrencyLimit?: () => ConcurrencyLimit;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

/** What to do when so few endpoints are healthy that the verdict itself is doubtful. */
export interface PanicOptions {
  /** Share of healthy endpoints below which a priority panics, 0–1; 0 never panics. @default 0.5 */
  readonly thresholdRatio?: number;
  /**
   * `failOpen` uses all endpoints, `failClosed` the healthy ones only, `lastGood` those that were healthy
   * before. @default 'failOpen'
   */
  readonly mode?: 'failOpen' | 'failClosed' | 'lastGood';
}

/** How load moves to the next priority as one loses health. */
export interface PriorityOptions {
  /** A priority takes all its load while healthy share × this factor ≥ 1. @default 1.4, as in Envoy */
  readonly overprovisioningFactor?: number;
}

/** Keeps traffic in the client's own zone while that zone can take it. */
export interface ZoneOptions {
  /** The zone of this process. */
  readonly local: string;
  /** Fewer endpoints than this in a priority turn zone preference off. @default 6, as in Envoy */
  readonly minEndpoints?: number;
  /**
   * In-flight requests per unit of weight above which requests spill to other zones. @default Infinity
   */
  readonly spillInFlight?: number;
  /**
   * Share of this cluster's clients in each zone, 0–1. With it the local share is Envoy's zone aware routing:
   * endpoints of the zone ÷ clients of the zone. @default the local zone takes what its health allows
   */
  readonly clientRatios?: Readonly<Record<string, number>>;
}

/** Lets a new or revived endpoint warm up: its weight grows from the floor to the whole over the window. */
export interface SlowStartOptions {
  /** Length of the warm-up, in ms. */
  readonly windowMs: number;
  /** Smallest share of the weight, 0–1. @default 0.1 */
  readonly minWeightRatio?: number;
  /** 1 is linear; larger values ramp up faster at first. @default 1 */
  readonly aggression?: number;
}
