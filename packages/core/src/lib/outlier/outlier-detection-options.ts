import type { OutlierDetector } from '../health.ts';

/** Passive health: who is ejected, for how long, and how many at once. Defaults are Envoy's. */
export interface OutlierDetectionOptions {
  /** @default [consecutiveFailures(), successRate()] */
  readonly detectors?: readonly OutlierDetector[];
  /** Time between two sweeps, in ms. @default 10_000 */
  readonly intervalMs?: number;
  /** The first ejection's length; the n-th lasts n times as long, in ms. @default 30_000 */
  readonly baseEjectionMs?: number;
  /** The longest ejection, jitter not counted, in ms. @default 300_000, or baseEjectionMs when that is longer */
  readonly maxEjectionMs?: number;
  /** Up to this share of its length is added to an ejection, 0–1, so that they do not all return at once. @default 0.1 */
  readonly jitterRatio?: number;
  /** Largest share of a cluster that may be ejected, 0–1, rounded down. Those that active checks keep out do not count. @default 0.1 */
  readonly maxEjectedRatio?: number;
  /** Whether one endpoint may be ejected even where the share allows none (fewer than 10 endpoints by default). @default true */
  readonly alwaysEjectOne?: boolean;
  /** Ejections never leave fewer usable endpoints than this. @default 1 */
  readonly minUsable?: number;
}
