import { exponential, type Scenario } from '@evenkeel/simulator';

/** Half of the endpoints have three times the CPUs of the others, and nobody wrote it down: they report their load. */
export const unknownSizes: Omit<Scenario, 'strategy'> = {
  name: 'unknown sizes',
  durationMs: 30_000,
  endpoints: Array.from({ length: 8 }, (_, index) => ({
    id: index < 4 ? `large-${index}` : `small-${index}`,
    service: exponential(40),
    cores: index < 4 ? 12 : 4,
    loadReports: true,
  })),
  clients: { traffic: { requestsPerSecond: 1_000 }, loadReports: true },
};
