import type { DistributionInput } from '../distributions.ts';

/** When one client sends its requests. */
export type Traffic = OpenTraffic | ClosedTraffic;

/** Requests come whether or not earlier ones were answered, as from the public. */
export interface OpenTraffic {
  /** May change over time: a function of the ms since the start. */
  readonly requestsPerSecond: number | ((atMs: number) => number);
  /** `poisson` comes at random, as independent users do; `even` at equal distances. @default 'poisson' */
  readonly arrivals?: 'poisson' | 'even';
}

/** Users who wait for an answer before they ask again, as a batch of workers. */
export interface ClosedTraffic {
  readonly users: number;
  /** Between an answer and the next request, in ms. @default 0 */
  readonly thinkMs?: DistributionInput;
}
