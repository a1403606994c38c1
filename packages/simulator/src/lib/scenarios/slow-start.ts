import { numberOption } from '@evenkeel/core';
import type { ScenarioTemplate } from './scenario-template.ts';

/**
 * One endpoint more joins at 62 s, when those of the start are warm, and warms up over a minute: its share grows from 10 % to the
 * whole with a strategy that balances by weight. Those that balance by load mix it with what they measure.
 */
export const slowStart: ScenarioTemplate = {
  name: 'slow-start',
  summary: 'an endpoint joins ten others at 62 s; slow start lets it warm up over a minute',
  source:
    'Envoy, "Slow start mode": 0.10, 0.25, 0.50, 0.75 and 1 of the weight after 6, 15, 30, 45 and 60 s of a window of 60 s',
  endpoints: 10,
  make: ({ strategy, seed = 1, endpoints, client }) => {
    const count = numberOption('endpoints', endpoints, 10, { min: 1, integer: true });
    return {
      name: 'slow start',
      strategy,
      seed,
      durationMs: 130_000,
      stepMs: 2_000,
      endpoints: Array.from({ length: count }, () => ({ service: 5 })),
      clients: {
        traffic: { requestsPerSecond: 100 * (count + 1), arrivals: 'even' },
        slowStart: { windowMs: 60_000 },
        ...client,
      },
      changes: [{ atMs: 62_000, add: [{ id: 'newcomer', service: 5 }] }],
    };
  },
};
