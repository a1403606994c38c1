import { numberOption } from '@evenkeel/core';
import type { ScenarioTemplate } from './scenario-template.ts';

/**
 * Two priorities of the same size, of which the first loses half of its endpoints (rounded down) from 10 s to 40 s. Envoy's table
 * for 50 % healthy: 70 % of the requests stay, 30 % go to the second.
 */
export const priorityFailover: ScenarioTemplate = {
  name: 'priority-failover',
  summary:
    'half of the first of two priorities of 10 refuses connections from 10 s to 40 s; active checks find out',
  source: 'Envoy, "Priority levels": 100, 99, 70, 35 and 0 % stay at 72, 71, 50, 25 and 0 % healthy',
  endpoints: 10,
  make: ({ strategy, seed = 1, endpoints, client }) => {
    const count = numberOption('endpoints', endpoints, 10, { min: 1, integer: true });
    const tier = (priority: number) =>
      Array.from({ length: count }, (_, index) => ({ id: `p${priority}-${index}`, service: 10, priority }));
    const lost = Array.from({ length: Math.floor(count / 2) }, (_, index) => `p0-${index}`);
    return {
      name: 'priority failover',
      strategy,
      seed,
      durationMs: 60_000,
      stepMs: 10_000,
      endpoints: [...tier(0), ...tier(1)],
      clients: {
        traffic: { requestsPerSecond: 1_000 },
        healthCheck: { intervalMs: 1_000, timeoutMs: 500 },
        ...client,
      },
      changes: [{ atMs: 10_000, untilMs: 40_000, endpoints: lost, set: { condition: 'refusing' } }],
    };
  },
};
