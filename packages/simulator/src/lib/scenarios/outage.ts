import { numberOption } from '@evenkeel/core';
import type { ScenarioTemplate } from './scenario-template.ts';

/** Everybody is down, then one comes back: how soon do requests find it, and how many fail meanwhile? */
export const outage: ScenarioTemplate = {
  name: 'outage',
  summary: 'both of 2 endpoints refuse connections from 10 s on; one is back at 40 s, the others never',
  source: 'undici issue 4839',
  endpoints: 2,
  make: ({ strategy, seed = 1, endpoints, client }) => {
    const count = numberOption('endpoints', endpoints, 2, { min: 2, integer: true });
    return {
      name: 'outage',
      strategy,
      seed,
      durationMs: 80_000,
      stepMs: 500,
      endpoints: Array.from({ length: count }, () => ({ service: 10 })),
      clients: { traffic: { requestsPerSecond: 100 }, ...client },
      changes: [
        { atMs: 10_000, untilMs: 40_000, endpoints: 'e0', set: { condition: 'refusing' } },
        { atMs: 10_000, endpoints: ({ id }) => id !== 'e0', set: { condition: 'refusing' } },
      ],
    };
  },
};
