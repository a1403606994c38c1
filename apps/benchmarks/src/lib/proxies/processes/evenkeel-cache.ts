// Our proxy with a cache in its memory, and everything else as it comes.
import { cache, createCacheStore } from '@evenkeel/cache';
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
  const proxy = createProxy({
    routes: [{ cluster: 'benchmark', cache: cache({ store: createCacheStore() }) }],
    clusters: { benchmark: cluster },
  });
  return (await proxy.listen({ port: 0, host: '127.0.0.1' })).port;
});
