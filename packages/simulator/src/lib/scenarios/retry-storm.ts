import { numberOption } from '@evenkeel/core';
import type { ScenarioTemplate } from './scenario-template.ts';

/** Retries of requests that cannot succeed are load and nothing else; without a budget, the more the worse it gets. */
export const retryStorm: ScenarioTemplate = {
  name: 'retry-storm',
  summary: 'all of 10 endpoints fail every request from the start: how much load do retries add',
  endpoints: 10,
  make: ({ strategy, seed = 1, endpoints, client }) => ({
    name: 'retry storm',
    strategy,
    seed,
    durationMs: 60_000,
    endpoints: Array.from(
      { length: numberOption('endpoints', endpoints, 10, { min: 1, integer: true }) },
      () => ({ service: 10, failureRatio: 1 }),
    ),
    clients: { traffic: { requestsPerSecond: 500 }, ...client },
  }),
};
