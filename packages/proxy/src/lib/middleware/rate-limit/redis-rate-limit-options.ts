import type { Clock } from '@evenkeel/core';
import type { RateOptions } from './rate-options.ts';
import type { RateLimitRedis } from './redis-script.ts';

/** Options of `redisRateLimit`. Exactly one of `url` and `client` is given. */
export interface RedisRateLimitOptions extends RateOptions {
  /** `redis://user:password@host:port/db`, or `rediss://` for TLS; connects at once, by ioredis. */
  readonly url?: string;
  /** Your own client of ioredis, a `Redis` or a `Cluster`. It stays open. */
  readonly client?: RateLimitRedis;
  /** Begins every key, before the name of the limit: proxies with the same one share their limits. @default 'evenkeel:rate' */
  readonly prefix?: string;
  /** How long Redis may take for one request, in ms. @default 25 */
  readonly timeoutMs?: number;
  /**
   * What becomes of requests without an answer of Redis: `local` limits them in this process alone, at the same rate, `allow` lets all
   * pass, `deny` answers 503. @default 'local'
   */
  readonly onFailure?: 'local' | 'allow' | 'deny';
  /** Failures in a row after which requests no longer wait for Redis. @default 3 */
  readonly failureThreshold?: number;
  /** How often it is asked then, by one request that does not wait for the answer, in ms. @default 500 */
  readonly probeMs?: number;
  /** Keys of `local`. @default 100_000 */
  readonly maxKeys?: number;
  /** Hears why Redis was given up, once each time. @default nobody */
  readonly onError?: (error: unknown) => void;
  /** @default systemClock */
  readonly clock?: Clock;
}
