import { EvenkeelError } from '@evenkeel/core';
import type { RedisClient, RedisSocket } from './client.ts';
import type { DriverSettings } from './driver-options.ts';

/** A client for commands. */
export interface CommandClient {
  readonly client: RedisClient;
  /** Undefined for the caller's client, which is left as it is. */
  readonly socket?: Pick<RedisSocket, 'connect' | 'disconnect' | 'on'>;
}

/** A cache has no use for an answer that comes late: without a connection a command fails at once. */
const OWN_CONNECTION = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  connectTimeout: 2_000,
  disconnectTimeout: 100,
} as const;

/** Back within half a second of the server's return, without all instances at the same moment. */
const retryDelayMs = (): number => 50 + Math.random() * 450;

/** A subscription opens a new connection by itself. */
const SUBSCRIBER = {
  ...OWN_CONNECTION,
  enableOfflineQueue: true,
  retryStrategy: null,
  sentinelRetryStrategy: () => null,
};

/**
 * Makes a client that is not connected yet, or returns the caller's.
 *
 * @throws EvenkeelError when ioredis is not installed
 */
export async function createClient({ target, extra }: DriverSettings): Promise<CommandClient> {
  if (target.kind === 'client') return { client: target.client };
  const { Redis, Cluster } = await loadLibrary();
  const common = { ...extra, ...OWN_CONNECTION, retryStrategy: retryDelayMs };
  switch (target.kind) {
    case 'url':
      return own(new Redis(target.url, common));
    case 'sentinel':
      return own(
        new Redis({
          ...common,
          name: target.name,
          sentinels: [...target.nodes],
          sentinelRetryStrategy: retryDelayMs,
          // Without it a master that is frozen, not dead, keeps its clients after the failover.
          failoverDetector: true,
        }),
      );
    case 'cluster':
      return own(
        new Cluster([...target.nodes], {
          lazyConnect: true,
          enableOfflineQueue: false,
          clusterRetryStrategy: retryDelayMs,
          redisOptions: { ...extra, ...OWN_CONNECTION },
        }),
      );
  }
}

/** In a cluster any member will do, as messages are passed on to all; another one each time, so that a dead one is left soon. */
export function subscriberOf(client: RedisClient): RedisSocket {
  if (client.isCluster !== true) return client.duplicate(SUBSCRIBER) as RedisSocket;
  const nodes = client.nodes?.('all') ?? [];
  const node = nodes[Math.floor(Math.random() * nodes.length)];
  if (node === undefined) throw new Error('the cluster is not connected');
  return node.duplicate(SUBSCRIBER) as RedisSocket;
}

function own<T extends RedisClient & NonNullable<CommandClient['socket']>>(client: T): CommandClient {
  return { client, socket: client };
}

async function loadLibrary(): Promise<Pick<typeof import('ioredis'), 'Redis' | 'Cluster'>> {
  try {
    return await import('ioredis');
  } catch (cause) {
    const message = 'ioredis is missing: npm install ioredis@6, or pass a client';
    throw new EvenkeelError('ERR_EVENKEEL_INVALID_OPTIONS', message, { cause });
  }
}
