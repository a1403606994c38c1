import { choiceOption, InvalidOptionsError, type KnownKeys, numberOption, systemClock } from '@evenkeel/core';
import type { Failure } from '../../errors/reason.ts';
import type { Middleware } from '../middleware.ts';
import { Breaker } from './breaker.ts';
import { enforcer } from './enforcer.ts';
import { decide, type RateDecision } from './gcra.ts';
import { localLimiter } from './local-limiter.ts';
import { RATE_KEYS, rateSettings } from './rate-options.ts';
import { redisConnection } from './redis-connection.ts';
import type { RedisRateLimitOptions } from './redis-rate-limit-options.ts';
import { askRedis, type RateLimitRedis } from './redis-script.ts';

export type { RateLimitRedis };

/** A rate limit that several proxies share. */
export interface RedisRateLimit extends Middleware {
  /** Ends the connection, unless it is the caller's. */
  close(): Promise<void>;
}

const KEYS: KnownKeys<RedisRateLimitOptions> = {
  ...RATE_KEYS,
  url: true,
  client: true,
  prefix: true,
  timeoutMs: true,
  onFailure: true,
  failureThreshold: true,
  probeMs: true,
  maxKeys: true,
  onError: true,
  clock: true,
};

const UNAVAILABLE: Failure = {
  status: 503,
  reason: 'rate-limit-unavailable',
  message: 'The limit of requests cannot be checked now.',
  retryAfter: 1,
};

/**
 * Middleware as `rateLimit`, whose buckets are in Redis or Valkey, so that all proxies limit together. Each request asks once, atomically,
 * about one key, and waits for milliseconds at most; when Redis fails it is left alone and asked again now and then.
 *
 * @throws InvalidOptionsError for an option out of its range, or when not exactly one of `url` and `client` is given
 */
export function redisRateLimit(options: RedisRateLimitOptions): RedisRateLimit {
  const settings = rateSettings(options, KEYS);
  const { prefix = 'evenkeel:rate', clock = systemClock } = options;
  if (typeof prefix !== 'string' || prefix === '') {
    throw new InvalidOptionsError('prefix', prefix, 'a string that is not empty');
  }
  const timeoutMs = numberOption('timeoutMs', options.timeoutMs, 25, { min: 1 });
  const onFailure = choiceOption('onFailure', options.onFailure, 'local', ['local', 'allow', 'deny']);
  const failureThreshold = numberOption('failureThreshold', options.failureThreshold, 3, {
    min: 1,
    integer: true,
  });
  const probeMs = numberOption('probeMs', options.probeMs, 500, { min: 1 });
  const maxKeys = numberOption('maxKeys', options.maxKeys, 100_000, { min: 1, integer: true });
  const { rate, name } = settings;
  const enforce = enforcer(settings);
  const local = localLimiter(rate, maxKeys, clock);
  const connection = redisConnection(options, timeoutMs, clock);
  const breaker = new Breaker(failureThreshold, probeMs, clock, options.onError);

  /** Undefined when Redis did not answer. */
  const ask = async (key: string): Promise<RateDecision | undefined> => {
    try {
      const { backlogMs } = await connection.within((client) =>
        askRedis(client, `${prefix}:${name}:${key}`, rate.intervalMs, rate.burst),
      );
      breaker.succeeded();
      return decide(rate, backlogMs);
    } catch (error) {
      breaker.failed(error);
      return undefined;
    }
  };
  const limit: Middleware = async (request, next) => {
    const key = settings.keyOf(request);
    let decision: RateDecision | undefined;
    if (breaker.isOpen) {
      if (breaker.mayProbe()) void ask(key);
    } else decision = await ask(key);
    if (decision === undefined && onFailure === 'local') decision = local(key);
    if (decision !== undefined) enforce(request, decision, next);
    else if (onFailure === 'allow') next();
    else request.fail(UNAVAILABLE);
  };
  return Object.assign(limit, { close: () => connection.close() });
}
