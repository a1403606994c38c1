import { etcdDiscovery, etcdRegistrar } from '@evenkeel/discovery-etcd';
import { PROBE_MS, PROBE_TIMEOUT_MS } from './probes.ts';
import type { Registry } from './registry.ts';

export const etcd: Registry = {
  name: 'etcd',
  server: 'etcd',
  startOptions: {},
  refreshMs: 0,
  probeMs: PROBE_MS,
  discovery: ({ address }, { service, quickProbes = false }) =>
    etcdDiscovery({
      endpoints: [`http://${address}`],
      service,
      ...(quickProbes && { pingMs: PROBE_MS, timeoutMs: PROBE_TIMEOUT_MS }),
    }),
  registrar: ({ address }, { endpoint, ...input }) =>
    etcdRegistrar({ endpoints: [`http://${address}`], address: endpoint, ...input }),
};
