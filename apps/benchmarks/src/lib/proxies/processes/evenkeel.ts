// Our proxy, with a cluster of one endpoint and everything else as it comes.
import { createCluster, staticDiscovery } from '@evenkeel/core';
import { createProxy } from '@evenkeel/proxy';
import { peakEwma } from '@evenkeel/strategies';
import { serveProxy } from './serve-proxy.ts';

serveProxy(async (address) => {
  const cluster = createCluster({
    name: 'benchmark',
    discovery: staticDiscovery([address]),
    strategy: peakEwma(),
  });
  await cluster.ready();
  const proxy = createProxy({ routes: [{ cluster: 'benchmark' }], clusters: { benchmark: cluster } });
  return (await proxy.listen({ port: 0, host: '127.0.0.1' })).port;
});
