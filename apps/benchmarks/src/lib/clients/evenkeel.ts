import { createCluster, staticDiscovery, tcpHealthCheck } from '@evenkeel/core';
import { createHttpClient } from '@evenkeel/http-client';
import { peakEwma } from '@evenkeel/strategies';
import type { Contender } from './contender.ts';
import { sendThrough } from './send-through.ts';

/** How to set up our own client. What is left out stays at its defaults. */
export interface EvenkeelOptions {
  readonly name: string;
  /** How long an attempt may take until its headers, in ms. */
  readonly perTryTimeoutMs?: number;
  /** @default true */
  readonly retry?: boolean;
  /** The interval of TCP health checks, in ms. @default no checks */
  readonly probeIntervalMs?: number;
}

/** Our own client over a static cluster with the default strategy. */
export function evenkeel({
  name,
  perTryTimeoutMs = 0,
  retry = true,
  probeIntervalMs,
}: EvenkeelOptions): Contender {
  return {
    name,
    async open(addresses) {
      const cluster = createCluster({
        name: 'benchmark',
        discovery: staticDiscovery(addresses),
        strategy: peakEwma(),
        ...(probeIntervalMs === undefined
          ? {}
          : { healthCheck: { checker: tcpHealthCheck(), intervalMs: probeIntervalMs } }),
      });
      await cluster.ready();
      const client = createHttpClient({
        clusters: { benchmark: cluster },
        perTryTimeoutMs,
        ...(retry ? {} : { retry: false }),
      });
      const { send, close } = sendThrough(client, () => 'http://benchmark');
      return {
        send,
        async close() {
          await close();
          await cluster.close();
        },
      };
    },
  };
}
