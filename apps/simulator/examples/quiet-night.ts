import { exponential, type Scenario } from '@evenkeel/simulator';

/** Traffic that comes and goes as by day and night, over endpoints that could be switched off when idle. */
export const quietNight: Omit<Scenario, 'strategy'> = {
  name: 'quiet night',
  durationMs: 30_000,
  endpoints: Array.from({ length: 8 }, () => ({ service: exponential(300), concurrency: 150 })),
  clients: {
    traffic: { requestsPerSecond: (atMs) => 1_000 - 900 * Math.cos((2 * Math.PI * atMs) / 30_000) },
  },
};
