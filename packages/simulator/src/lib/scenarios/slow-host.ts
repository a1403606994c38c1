import { numberOption } from '@evenkeel/core';
import { normal } from '../distributions.ts';
import type { ScenarioTemplate } from './scenario-template.ts';

/** One endpoint of eleven becomes twelve times slower than the rest, and slower than the timeout, for half of the time. */
export const slowHost: ScenarioTemplate = {
  name: 'slow-host',
  summary:
    'one of 11 endpoints (167 ms) takes 2 s from 15 s to 45 s; 1,000 requests a second time out after 1 s',
  source: 'Buoyant, "Beyond round robin: load balancing for latency", 2016',
  endpoints: 11,
  make: ({ strategy, seed = 1, endpoints, client }) => ({
    name: 'slow host',
    strategy,
    seed,
    durationMs: 60_000,
    endpoints: Array.from(
      { length: numberOption('endpoints', endpoints, 11, { min: 1, integer: true }) },
      () => ({ service: normal(167, 5) }),
    ),
    clients: {
      traffic: { requestsPerSecond: 1_000, arrivals: 'even' },
      perTryTimeoutMs: 1_000,
      retry: false,
      ...client,
    },
    changes: [{ atMs: 15_000, untilMs: 45_000, endpoints: 'e0', set: { service: 2_000 } }],
  }),
};
