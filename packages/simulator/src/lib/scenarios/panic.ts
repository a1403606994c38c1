import { numberOption } from '@evenkeel/core';
import type { ScenarioTemplate } from './scenario-template.ts';

/**
 * More than half of the endpoints fail their checks from 10 s to 40 s, though they answer every request: the checks are wrong. A
 * cluster that panics below 50 % goes on using all; one that does not runs the rest into the ground.
 */
export const panic: ScenarioTemplate = {
  name: 'panic',
  summary: 'six of ten endpoints fail health checks, wrongly, from 10 s to 40 s',
  source: 'Envoy, "Panic threshold": below 50 % healthy all endpoints are used',
  endpoints: 10,
  make: ({ strategy, seed = 1, endpoints, client }) => {
    const count = numberOption('endpoints', endpoints, 10, { min: 1, integer: true });
    const lost = Array.from({ length: Math.floor(count / 2) + 1 }, (_, index) => `e${index}`);
    return {
      name: 'panic',
      strategy,
      seed,
      durationMs: 60_000,
      stepMs: 10_000,
      endpoints: Array.from({ length: count }, () => ({ service: 10 })),
      clients: {
        traffic: { requestsPerSecond: 1_000 },
        healthCheck: { intervalMs: 1_000, timeoutMs: 500 },
        isFailure: () => false,
        outlierDetection: false,
        retry: false,
        ...client,
      },
      // The work is that of any request: only the status, which a client may take for an answer, is that of a failure.
      changes: [{ atMs: 10_000, untilMs: 40_000, endpoints: lost, set: { failureRatio: 1 } }],
    };
  },
};
