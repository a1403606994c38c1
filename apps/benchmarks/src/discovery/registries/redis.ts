import { redisDiscovery, redisRegistrar } from '@evenkeel/discovery-redis';
import { PROBE_MS, PROBE_TIMEOUT_MS } from './probes.ts';
import type { Registry } from './registry.ts';

export const redis: Registry = {
  name: 'redis',
  server: 'redis',
  startOptions: {},
  refreshMs: 0,
  probeMs: PROBE_MS,
  discovery: ({ address }, { service, quickProbes = false }) =>
    redisDiscovery({
      url: `redis://${address}`,
      service,
      ...(quickProbes && { pingMs: PROBE_MS, timeoutMs: PROBE_TIMEOUT_MS }),
    }),
  registrar: ({ address }, { endpoint, ...input }) =>
    redisRegistrar({ url: `redis://${address}`, address: endpoint, ...input }),
};
