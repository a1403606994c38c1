import { type Clock, EvenkeelError, InvalidOptionsError } from '@evenkeel/core';
import type { RedisRateLimitOptions } from './redis-rate-limit-options.ts';
import type { RateLimitRedis } from './redis-script.ts';

/** A way to Redis, whoever owns it. */
export interface RedisConnection {
  /** Does something with the client in a bounded time; what takes longer is given up. */
  within<T>(work: (client: RateLimitRedis) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** An answer that comes late is of no use: without a connection a command fails at once. */
const OWN = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  connectTimeout: 2_000,
  disconnectTimeout: 100,
  // A server that is frozen or was cut off does not close its side; a new connection may reach another one.
  socketTimeout: 1_500,
  // Back within half a second of the server's return, without all proxies at the same moment.
  retryStrategy: (): number => 50 + Math.random() * 450,
} as const;

/**
 * Opens a connection, or takes the caller's.
 *
 * @throws InvalidOptionsError when not exactly one of `url` and `client` is given, or one is wrong
 */
export function redisConnection(
  { url, client }: Pick<RedisRateLimitOptions, 'url' | 'client'>,
  timeoutMs: number,
  clock: Clock,
): RedisConnection {
  if ((url === undefined) === (client === undefined)) {
    throw new InvalidOptionsError(
      'url, client',
      url === undefined ? undefined : 'both',
      'exactly one of them',
    );
  }
  const { opened, close } = url === undefined ? taken(client) : open(url);
  return {
    within<T>(work: (client: RateLimitRedis) => Promise<T>) {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const timer = clock.setTimer(
        () => reject(new Error(`Redis did not answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      opened.then(work).then(resolve, reject);
      return promise.finally(() => timer[Symbol.dispose]());
    },
    close,
  };
}

function taken(client: RateLimitRedis | undefined): Opened {
  if (typeof client?.evalsha !== 'function' || typeof client.eval !== 'function') {
    throw new InvalidOptionsError('client', client, 'a Redis or Cluster of ioredis');
  }
  return { opened: Promise.resolve(client), close: async () => {} };
}

interface Opened {
  readonly opened: Promise<RateLimitRedis>;
  readonly close: () => Promise<void>;
}

function open(url: string): Opened {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (parsed === null || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '') {
    // The value may hold a password, so the message does without it.
    throw new InvalidOptionsError(
      'url',
      parsed?.protocol ?? 'no URL',
      'redis://host:port or rediss://host:port',
    );
  }
  const redis = loadRedis().then((Redis) => {
    const client = new Redis(url, OWN);
    // Commands fail by themselves.
    client.on('error', () => {});
    return client;
  });
  redis.catch(() => {});
  return {
    opened: redis,
    close: () =>
      redis.then(
        (client) => client.disconnect(),
        () => {},
      ),
  };
}

async function loadRedis(): Promise<typeof import('ioredis').Redis> {
  try {
    return (await import('ioredis')).Redis;
  } catch (cause) {
    const message = 'ioredis is missing: npm install ioredis@6, or pass a client';
    throw new EvenkeelError('ERR_EVENKEEL_INVALID_OPTIONS', message, { cause });
  }
}
