import { formatAddress } from '@evenkeel/core';
import { dnsDiscovery } from '@evenkeel/discovery-dns';
import { consul } from './consul.ts';
import type { Registry } from './registry.ts';

const TTL_MS = 1_000;

/** Two tries of it and the refresh fit into two intervals. */
const TIMEOUT_MS = 300;

/** The DNS interface of Consul, at which endpoints are registered. */
export const dns: Registry = {
  ...consul,
  name: 'dns',
  startOptions: { args: ['-hcl', `dns_config { service_ttl { "*" = "${TTL_MS}ms" } }`] },
  refreshMs: TTL_MS,
  // Each refresh is a probe.
  probeMs: TTL_MS,
  discovery: ({ host, ports }, { service, quickProbes = false }) =>
    dnsDiscovery({
      srv: `${service}.service.consul`,
      servers: [formatAddress(host, ports.dns ?? 0)],
      ...(quickProbes && { timeoutMs: TIMEOUT_MS }),
    }),
};
