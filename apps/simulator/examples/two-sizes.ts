import { exponential, type Scenario } from '@evenkeel/simulator';

/** Four endpoints of eight have three times the cores of the others, and the registry says so by their weights. */
export const twoSizes: Omit<Scenario, 'strategy'> = {
  name: 'two sizes of machines',
  durationMs: 20_000,
  endpoints: Array.from({ length: 8 }, (_, index) =>
    index < 4
      ? { id: `large-${index}`, service: exponential(20), concurrency: 12, weight: 3 }
      : { id: `small-${index}`, service: exponential(20), concurrency: 4 },
  ),
  clients: { traffic: { requestsPerSecond: 2_400 } },
};
