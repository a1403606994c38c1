import { DiscoveryError } from '@evenkeel/core';
import type { RedisClient, RedisSocket } from './client.ts';
import type { RedisPlace } from './connection-options.ts';

/**
 * Settings of every connection that is opened here. None reconnects by itself: a watch or a heartbeat that
 * fails opens a new one, so that all is read again and no command of the past is sent late.
 */
export const OWN_CONNECTION = {
  lazyConnect: true,
  retryStrategy: null,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  connectTimeout: 5_000,
  // A server that is stopped does not close its side: the socket is destroyed after this time.
  disconnectTimeout: 100,
} as const;

/** A client for commands, and whether it was opened here. */
export interface CreatedClient {
  readonly client: RedisClient;
  /** Undefined for the caller's client, which stays as it is. */
  readonly socket?: Pick<RedisSocket, 'connect' | 'disconnect' | 'on'>;
}

/**
 * Makes a client that is not connected yet, or returns the caller's.
 *
 * @throws DiscoveryError when ioredis is not installed
 */
export async function createClient({ target, extra }: RedisPlace): Promise<CreatedClient> {
  if (target.kind === 'client') return { client: target.client };
  const { Redis, Cluster } = await loadLibrary();
  const common = { ...extra, ...OWN_CONNECTION };
  switch (target.kind) {
    case 'url':
      return own(new Redis(target.url, common));
    case 'sentinel':
      return own(
        new Redis({
          ...common,
          name: target.name,
          sentinels: [...target.nodes],
          sentinelRetryStrategy: () => null,
          // Without it a master that is frozen, not dead, keeps its clients after the failover.
          failoverDetector: true,
        }),
      );
    case 'cluster':
      return own(
        new Cluster([...target.nodes], {
          lazyConnect: true,
          clusterRetryStrategy: () => null,
          redisOptions: common,
        }),
      );
  }
}

function own<T extends RedisClient & NonNullable<CreatedClient['socket']>>(client: T): CreatedClient {
  return { client, socket: client };
}

async function loadLibrary(): Promise<Pick<typeof import('ioredis'), 'Redis' | 'Cluster'>> {
  try {
    return await import('ioredis');
  } catch (error) {
    throw new DiscoveryError('ioredis is missing: npm install ioredis@6, or pass a client', { cause: error });
  }
}
