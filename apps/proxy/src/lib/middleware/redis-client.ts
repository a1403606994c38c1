import { Cluster, Redis } from 'ioredis';
import type * as z from 'zod';
import { type redisConnection, withConnection } from '../schema/redis.ts';
import type { MiddlewareContext } from './driver.ts';

type Connection = z.output<z.ZodObject<typeof redisConnection>>;

const retryDelayMs = (): number => 50 + Math.random() * 450;

/** An answer that comes late is of no use: without a connection a command fails at once. */
const OWN = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  // A server that is frozen or was cut off does not close its side.
  socketTimeout: 1_500,
  retryStrategy: retryDelayMs,
};

/** Makes a client for short questions while a request waits; it connects at once, and is closed with the proxy. */
export function redisClient(
  config: Connection,
  { baseDir, dry, onClose }: MiddlewareContext,
): Redis | Cluster {
  const { url, cluster, sentinel, redis } = withConnection(config, baseDir);
  const client =
    cluster !== undefined
      ? new Cluster(cluster.map(address), {
          lazyConnect: true,
          enableOfflineQueue: false,
          clusterRetryStrategy: retryDelayMs,
          redisOptions: { ...redis, ...OWN },
        })
      : sentinel !== undefined
        ? new Redis({
            ...redis,
            ...OWN,
            name: sentinel.name,
            sentinels: sentinel.nodes.map(address),
            sentinelRetryStrategy: retryDelayMs,
            failoverDetector: true,
          })
        : new Redis(url ?? '', { ...redis, ...OWN });
  // Commands fail by themselves.
  client.on('error', () => {});
  if (!dry) client.connect().catch(() => {});
  onClose(async () => client.disconnect());
  return client;
}

function address(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(text.slice(colon + 1)) };
}
