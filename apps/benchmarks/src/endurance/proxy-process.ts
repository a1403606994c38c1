// Our proxy in a process of its own, which tells what memory it holds.
import { createCluster, staticDiscovery } from '@evenkeel/core';
import { createProxy } from '@evenkeel/proxy';
import { peakEwma } from '@evenkeel/strategies';
import { heapInUse } from '../lib/heap.ts';
import { serveParent } from '../lib/processes/served.ts';

/** Starts the proxy, the first time, or asks how things are. */
export interface ProxyRequest {
  /** `host:port` of the endpoint. */
  readonly address?: string;
}

export interface ProxyReply {
  readonly port: number;
  readonly pid: number;
  /** Bytes in use once all garbage is gone. */
  readonly heapBytes: number;
  /** Resident memory, in bytes. */
  readonly rssBytes: number;
}

const PATIENT = { headersTimeoutMs: 0, requestTimeoutMs: 0, keepAliveTimeoutMs: 0, sendTimeoutMs: 0 };
let port = 0;

serveParent<ProxyRequest, ProxyReply>(async ({ address }) => {
  if (address !== undefined) port = await start(address);
  const heapBytes = heapInUse();
  return { port, pid: process.pid, heapBytes, rssBytes: process.memoryUsage().rss };
});

async function start(address: string): Promise<number> {
  const cluster = createCluster({
    name: 'benchmark',
    discovery: staticDiscovery([address]),
    strategy: peakEwma(),
  });
  await cluster.ready();
  const proxy = createProxy({
    routes: [{ cluster: 'benchmark' }],
    clusters: { benchmark: cluster },
    connections: PATIENT,
  });
  return (await proxy.listen({ port: 0, host: '127.0.0.1' })).port;
}
