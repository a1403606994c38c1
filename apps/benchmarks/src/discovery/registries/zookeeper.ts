import { zookeeperDiscovery, zookeeperRegistrar } from '@evenkeel/discovery-zookeeper';
import { PROBE_MS } from './probes.ts';
import type { Registry } from './registry.ts';

/** A session is probed each third of its length. */
const SESSION_MS = 3 * PROBE_MS;

export const zookeeper: Registry = {
  name: 'zookeeper',
  server: 'zookeeper',
  startOptions: {},
  refreshMs: 0,
  probeMs: PROBE_MS,
  discovery: ({ address }, { service, quickProbes = false }) =>
    zookeeperDiscovery({
      servers: [address],
      service,
      ...(quickProbes && { sessionTimeoutMs: SESSION_MS }),
    }),
  registrar: ({ address }, { endpoint, ...input }) =>
    zookeeperRegistrar({ servers: [address], address: endpoint, ...input }),
};
