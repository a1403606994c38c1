// Our proxy in a process of its own, in front of the endpoints it is told.
import { createCluster, staticDiscovery } from '@evenkeel/core';
import { createProxy } from '@evenkeel/proxy';
import { peakEwma } from '@evenkeel/strategies';
import { serveParent } from '../lib/processes/served.ts';

/** Starts the proxy, the first time, or asks how things are. */
export interface ProxyRequest {
  readonly addresses?: readonly string[];
}

export interface ProxyReply {
  readonly port: number;
  /** CPU time of the process so far, in µs. */
  readonly cpuMicros: number;
}

let port = 0;

serveParent<ProxyRequest, ProxyReply>(async ({ addresses }) => {
  if (addresses !== undefined) port = await start(addresses);
  const { user, system } = process.cpuUsage();
  return { port, cpuMicros: user + system };
});

async function start(addresses: readonly string[]): Promise<number> {
  const cluster = createCluster({
    name: 'benchmark',
    discovery: staticDiscovery(addresses),
    strategy: peakEwma(),
  });
  await cluster.ready();
  const proxy = createProxy({ routes: [{ cluster: 'benchmark' }], clusters: { benchmark: cluster } });
  return (await proxy.listen({ port: 0, host: '127.0.0.1' })).port;
}
