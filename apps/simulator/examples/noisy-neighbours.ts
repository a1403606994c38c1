import { exponential, type Scenario, uniform } from '@evenkeel/simulator';

/** Twenty clients share endpoints whose machines are busy with other work from time to time. */
export const noisyNeighbours: Omit<Scenario, 'strategy'> = {
  name: 'noisy neighbours',
  durationMs: 12_000,
  warmUpMs: 2_000,
  endpoints: Array.from({ length: 100 }, () => ({
    service: exponential(80),
    cores: 4,
    loadReports: true,
    antagonist: { busyMs: uniform(500, 3_000), idleMs: uniform(500, 6_000), cores: uniform(1, 3.5) },
  })),
  clients: { count: 20, traffic: { requestsPerSecond: 100 } },
  network: { oneWayMs: 0.5 },
};
