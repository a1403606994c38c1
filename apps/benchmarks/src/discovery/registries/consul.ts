import { consulDiscovery, consulRegistrar } from '@evenkeel/discovery-consul';
import { PROBE_MS, PROBE_TIMEOUT_MS } from './probes.ts';
import type { Registry } from './registry.ts';

export const consul: Registry = {
  name: 'consul',
  server: 'consul',
  startOptions: {},
  refreshMs: 0,
  probeMs: PROBE_MS,
  discovery: ({ address }, { service, quickProbes = false }) =>
    consulDiscovery({
      address,
      service,
      ...(quickProbes && { pingMs: PROBE_MS, timeoutMs: PROBE_TIMEOUT_MS }),
    }),
  registrar: ({ address }, input) => consulRegistrar({ address, ...input }),
};
