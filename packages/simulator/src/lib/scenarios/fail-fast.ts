import { numberOption } from '@evenkeel/core';
import type { ScenarioTemplate } from './scenario-template.ts';

/** Almost 1 ms: at the next request, 1 ms later, it is idle again. */
const FAILURE_MS = 0.99;

/** The endpoint that fails is always idle and answers first: to a balancer that counts only load it looks like the best. */
export const failFast: ScenarioTemplate = {
  name: 'fail-fast',
  summary: 'one of 10 endpoints (50 ms) fails every request after 1 ms; 1,000 requests a second, no retries',
  endpoints: 10,
  make: ({ strategy, seed = 1, endpoints, client }) => ({
    name: 'fail fast',
    strategy,
    seed,
    durationMs: 60_000,
    endpoints: Array.from(
      { length: numberOption('endpoints', endpoints, 10, { min: 2, integer: true }) },
      (_, index) => ({
        service: 50,
        ...(index === 0 ? { failureRatio: 1, failure: { service: FAILURE_MS } } : {}),
      }),
    ),
    clients: { traffic: { requestsPerSecond: 1_000, arrivals: 'even' }, retry: false, ...client },
  }),
};
