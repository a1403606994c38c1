import { numberOption } from '@evenkeel/core';
import { type DistributionInput, toDistribution } from '../distributions.ts';
import type { ScenarioTemplate, Trial } from './scenario-template.ts';

/** A trial of {@link weights}. */
export interface WeightsTrial extends Trial {
  /** Requests in flight at each endpoint, on average. @default 1 */
  readonly load?: number;
  /** @default 10 ms */
  readonly service?: DistributionInput;
  /** How many requests there are. @default 50,000 */
  readonly requests?: number;
}

/**
 * Of endpoints that are alike, the last has half the weight of the others and should get half as many requests. Comparing
 * two drawn at random makes it more, the more so the fewer there are.
 */
export const weights: ScenarioTemplate<WeightsTrial> = {
  name: 'weights',
  summary: 'the last of 10 equal endpoints has half the weight: does it get half as many requests',
  source: 'Finagle, "Load balancing: weighted endpoints"',
  endpoints: 10,
  make: ({ strategy, seed = 1, endpoints, client, load, service = 10, requests }) => {
    const count = numberOption('endpoints', endpoints, 10, { min: 2, integer: true });
    const total = numberOption('requests', requests, 50_000, { min: 1, max: 10_000_000, integer: true });
    const perEndpoint = numberOption('load', load, 1, { min: 1e-6 });
    // By Little's law, for a mean time of about 10 ms.
    const requestsPerSecond = perEndpoint * count * 100;
    return {
      name: 'weights',
      strategy,
      seed,
      durationMs: (1_000 * total) / requestsPerSecond,
      endpoints: Array.from({ length: count }, (_, index) => ({
        service: toDistribution('service', service),
        weight: index === count - 1 ? 0.5 : 1,
      })),
      clients: { traffic: { requestsPerSecond }, retry: false, ...client },
    };
  },
};
