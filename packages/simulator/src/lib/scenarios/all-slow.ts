import { numberOption } from '@evenkeel/core';
import { lognormal } from '../distributions.ts';
import type { ScenarioTemplate } from './scenario-template.ts';

/** Where everybody is slow, a hedge helps nobody and is one more request for an endpoint that has too many. */
export const allSlow: ScenarioTemplate = {
  name: 'all-slow',
  summary: '10 endpoints (4 ms) take 200 ms from 20 s to 40 s, all of them: clients hedge',
  source: 'Dean and Barroso, "The Tail at Scale", Communications of the ACM 56 (2013)',
  endpoints: 10,
  make: ({ strategy, seed = 1, endpoints, client }) => ({
    name: 'all slow',
    strategy,
    seed,
    durationMs: 60_000,
    endpoints: Array.from(
      { length: numberOption('endpoints', endpoints, 10, { min: 1, integer: true }) },
      () => ({ service: lognormal(4, 0.4) }),
    ),
    clients: { traffic: { requestsPerSecond: 500 }, hedge: {}, ...client },
    changes: [
      { atMs: 20_000, untilMs: 40_000, endpoints: () => true, set: { service: lognormal(200, 0.4) } },
    ],
  }),
};
