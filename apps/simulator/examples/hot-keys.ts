import { exponential, type Scenario, zipfKeys } from '@evenkeel/simulator';

/** Keys of which few are asked for often: who keeps each with its endpoint overloads one. */
export const hotKeys: Omit<Scenario, 'strategy'> = {
  name: 'hot keys',
  durationMs: 20_000,
  endpoints: Array.from({ length: 10 }, () => ({ service: exponential(10), concurrency: 4 })),
  clients: {
    traffic: { requestsPerSecond: 2_000 },
    keys: zipfKeys(10_000, 1.1),
  },
};
