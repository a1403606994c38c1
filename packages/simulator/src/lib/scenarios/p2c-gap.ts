import { numberOption } from '@evenkeel/core';
import type { ScenarioTemplate, Trial } from './scenario-template.ts';

/** A trial of {@link p2cGap}. */
export interface P2cGapTrial extends Trial {
  /** How many requests there are. @default 100 for each endpoint */
  readonly balls?: number;
}

/**
 * Requests that never end are balls in bins. With random placement the fullest bin moves away from the mean the more
 * balls there are; with two choices the gap depends on the number of bins alone, and hardly on that.
 */
export const p2cGap: ScenarioTemplate<P2cGapTrial> = {
  name: 'p2c-gap',
  summary: 'requests that never end, as balls in bins: how far is the fullest endpoint above the mean',
  source:
    'Berenbrink, Czumaj, Steger, Vöcking, "Balanced allocations: the heavily loaded case", SIAM J. Comput. 35 (2006)',
  endpoints: 1_000,
  make: ({ strategy, seed = 1, endpoints, client, balls }) => {
    const bins = numberOption('endpoints', endpoints, 1_000, { min: 1, integer: true });
    return {
      name: 'balls in bins',
      strategy,
      seed,
      durationMs: numberOption('balls', balls, 100 * bins, { min: 1, max: 10_000_000, integer: true }),
      drainMs: 0,
      stepMs: 100_000_000,
      endpoints: Array.from({ length: bins }, () => ({ service: Number.POSITIVE_INFINITY })),
      clients: { traffic: { requestsPerSecond: 1_000, arrivals: 'even' }, retry: false, ...client },
    };
  },
};
