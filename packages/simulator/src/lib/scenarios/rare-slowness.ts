import { numberOption } from '@evenkeel/core';
import { lognormal, mixture, uniform } from '../distributions.ts';
import type { ScenarioTemplate } from './scenario-template.ts';

/**
 * Every endpoint is quick, and now and then very slow, so that no choice of an endpoint helps; a second attempt at another
 * one does. Latencies are those of the published benchmark: its 99.9th percentile was 1,800 ms.
 */
export const rareSlowness: ScenarioTemplate = {
  name: 'rare-slowness',
  summary: '10 endpoints answer in about 4 ms, and one time in a hundred in 1 to 2 s: clients hedge',
  source: 'Dean and Barroso, "The Tail at Scale", Communications of the ACM 56 (2013)',
  endpoints: 10,
  make: ({ strategy, seed = 1, endpoints, client }) => ({
    name: 'rare slowness',
    strategy,
    seed,
    durationMs: 60_000,
    endpoints: Array.from(
      { length: numberOption('endpoints', endpoints, 10, { min: 1, integer: true }) },
      () => ({
        service: mixture([
          [0.99, lognormal(4, 0.4)],
          [0.01, uniform(1_000, 2_000)],
        ]),
      }),
    ),
    clients: { traffic: { requestsPerSecond: 500 }, hedge: {}, ...client },
  }),
};
