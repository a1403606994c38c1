import { numberOption } from '@evenkeel/core';
import type { EndpointModel } from '../endpoint/endpoint-model.ts';
import type { ScenarioTemplate, Trial } from './scenario-template.ts';

/** A trial of {@link retryChain}. */
export interface RetryChainTrial extends Trial {
  /** @default 500 */
  readonly requestsPerSecond?: number;
}

/**
 * Three tiers call one another and the lowest fails everything. An endpoint that got no answer answers 500 itself, so
 * every tier retries, and what they add multiplies. The clients of all tiers have the same settings.
 */
export const retryChain: ScenarioTemplate<RetryChainTrial> = {
  name: 'retry-chain',
  summary:
    'the lowest of three tiers with 3 endpoints each fails every request: retries of three tiers multiply',
  endpoints: 3,
  make: ({ strategy, seed = 1, endpoints, client = {}, requestsPerSecond }) => {
    const count = numberOption('endpoints', endpoints, 3, { min: 1, integer: true });
    const tier = (model: EndpointModel): EndpointModel[] => Array.from({ length: count }, () => model);
    return {
      name: 'retry chain',
      strategy,
      seed,
      durationMs: 30_000,
      endpoints: tier({ service: 5 }),
      dependency: {
        client,
        endpoints: tier({ service: 5 }),
        dependency: { client, endpoints: tier({ service: 5, failureRatio: 1 }) },
      },
      clients: {
        traffic: { requestsPerSecond: numberOption('requestsPerSecond', requestsPerSecond, 500) },
        ...client,
      },
    };
  },
};
