import { numberOption } from '@evenkeel/core';
import type { ScenarioTemplate } from './scenario-template.ts';

/**
 * A herd that a discovery update starts: as many clients as endpoints, each with one request a second, hear of one endpoint more.
 * A step is a second, so each client sends exactly one request in it. Clients that begin anew with each update all send
 * the first one to the same endpoint; those that begin at a place of their own are balls in bins, of which the fullest of 1,000
 * gets 5.6 on average.
 */
export const discoveryUpdate: ScenarioTemplate = {
  name: 'discovery-update',
  summary:
    'as many clients as endpoints (1,000) hear of one more at 1 s, and send one request each in the next second',
  source: 'Azar et al., "Balanced Allocations", 1994: the fullest of n bins after n balls',
  endpoints: 1_000,
  make: ({ strategy, seed = 1, endpoints, client }) => {
    const count = numberOption('endpoints', endpoints, 1_000, { min: 1, integer: true });
    return {
      name: 'discovery update',
      strategy,
      seed,
      durationMs: 2_000,
      stepMs: 1_000,
      endpoints: Array.from({ length: count }, () => ({ service: 20 })),
      clients: { count, traffic: { requestsPerSecond: 1, arrivals: 'even' }, ...client },
      changes: [{ atMs: 1_000, add: [{ service: 20 }] }],
    };
  },
};
