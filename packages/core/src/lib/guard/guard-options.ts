/**
 * Every rule of the guard between discovery and the endpoint table. Each can be turned off by its own value. While the
 * registry cannot be reached no hold runs out: an outage confirms nothing.
 */
export interface GuardOptions {
  /**
   * What an empty snapshot after a non-empty one means: `hold` keeps the old endpoints until it is confirmed,
   * `accept` believes it at once, `fail` keeps the old ones for good. @default 'hold'
   */
  readonly onEmpty?: 'hold' | 'accept' | 'fail';
  /** How long an unconfirmed empty snapshot is held at most, in ms. @default 30_000 */
  readonly emptyHoldMs?: number;
  /** More empty snapshots that confirm the first. @default 2 */
  readonly emptyConfirmations?: number;
  /** Snapshots closer together than this count as one confirmation, in ms. @default 5_000 */
  readonly emptyConfirmationGapMs?: number;
  /** Share of the endpoints that may vanish in one step without deregistering, 0–1; 1 turns the rule off. @default 0.5 */
  readonly massRemovalRatio?: number;
  /** Fewer removals than this are never a mass removal. @default 3 */
  readonly massRemovalMin?: number;
  /** How long mass-removed endpoints stay as suspects unless a health check fails first, in ms. @default 30_000 */
  readonly massRemovalHoldMs?: number;
  /**
   * After a registry reset, how long old endpoints stay beside the new ones unless a health check fails first,
   * in ms; 0 turns the rule off. @default 30_000
   */
  readonly resetHoldMs?: number;
  /** Changes are applied at once, then collected until none came for this long, in ms; 0 collects none. @default 50 */
  readonly debounceMs?: number;
  /** Changes are never collected longer than this, in ms. @default 250, or `debounceMs` when that is more */
  readonly debounceMaxMs?: number;
  /** More joins and leaves of one endpoint than this within the window make it a flapping one; 0 turns the rule off. @default 5 */
  readonly flapLimit?: number;
  /** Also how long a flapping endpoint must be calm before its penalties are forgotten, in ms. @default 60_000 */
  readonly flapWindowMs?: number;
  /** How long a flapping endpoint that joins is kept out, doubled each time, in ms. @default 5_000 */
  readonly flapPenaltyMs?: number;
  /** The longest penalty, in ms. @default 60_000, or `flapPenaltyMs` when that is more */
  readonly flapPenaltyMaxMs?: number;
  /** The penalty never leaves fewer endpoints than this that no health check has failed. @default 1 */
  readonly flapMinEndpoints?: number;
  /** Keep an endpoint that is absent from the registry while its active checks pass, unless it deregistered. @default false */
  readonly keepAbsentHealthy?: boolean;
  /** After this long without contact to the registry the endpoints are given up, in ms. @default Infinity: never */
  readonly maxStaleMs?: number;
}
