import type { Middleware } from '@evenkeel/proxy';
import { type KeySource, rateLimit } from '@evenkeel/proxy/middleware';
import { redisRateLimit } from '@evenkeel/proxy/redis-rate-limit';
import * as z from 'zod';
import { pick } from '../build/pick.ts';
import { within } from '../build/within.ts';
import {
  choice,
  count,
  exactlyOne,
  flag,
  list,
  ms,
  number,
  object,
  pattern,
  text,
} from '../schema/fields.ts';
import { keySource } from '../schema/key-source.ts';
import { REDIS_WAYS, redisConnection } from '../schema/redis.ts';
import { type MiddlewareContext, middlewareDriver } from './driver.ts';
import { redisClient } from './redis-client.ts';

const redis = exactlyOne(
  object('Redis or Valkey: proxies that share it limit together.', {
    ...redisConnection,
    prefix: text('Begins every key. Default evenkeel:rate.').exactOptional(),
    timeoutMs: ms('How long it may take for one request. Default 25.', { min: 1 }).exactOptional(),
    onFailure: choice(
      'Without its answer: limit in this process alone, let all pass, or answer 503. Default local.',
      ['local', 'allow', 'deny'],
    ).exactOptional(),
    failureThreshold: count('Failures in a row after which it is left alone. Default 3.', {
      min: 1,
    }).exactOptional(),
    probeMs: ms('How often it is asked then. Default 500.', { min: 1 }).exactOptional(),
  }),
  REDIS_WAYS,
);

const limit = object('Lets requests pass at a rate.', {
  rate: number('Requests allowed in perMs in the long run.', { min: 0.000001 }),
  perMs: ms('Default 1000.', { min: 1 }).exactOptional(),
  burst: count('Requests allowed at once after a pause. Default rate.', { min: 1 }).exactOptional(),
  key: keySource('Limits the requests of each key for themselves. Default all together.').exactOptional(),
  headers: flag(
    'Whether answers tell of the limit in RateLimit and RateLimit-Policy. Default true.',
  ).exactOptional(),
  name: pattern(
    'Its name in these fields. Default default.',
    /^[\w.-]+$/,
    'a name of letters and digits',
  ).exactOptional(),
  maxKeys: count('Keys kept in this process. Default 100000.', { min: 1 }).exactOptional(),
  redis: redis.exactOptional(),
});

/** How fast requests may come; of several limits each must allow a request. */
export const rateLimitDriver = middlewareDriver({
  schema: z
    .union([limit, list('Each must allow a request.', 'rate limits', limit)], {
      error: 'a rate limit or a list of them',
    })
    .describe('Lets requests pass at a rate.'),
  build: (config, context) =>
    Array.isArray(config)
      ? config.map((one, index) => within([index], () => buildLimit(one, context)))
      : buildLimit(config, context),
});

function buildLimit(
  { key, redis: shared, ...config }: z.output<typeof limit>,
  context: MiddlewareContext,
): Middleware {
  const options = { ...config, ...(key !== undefined && { key: key as KeySource | KeySource[] }) };
  if (shared === undefined) return rateLimit(options);
  return redisRateLimit({
    ...options,
    ...pick(shared, ['prefix', 'timeoutMs', 'onFailure', 'failureThreshold', 'probeMs']),
    client: within(['redis'], () => redisClient(shared, context)),
    onError: (error) => context.onError(new Error('rateLimit: Redis is left alone', { cause: error })),
  });
}
