import { concurrencyLimit, type KeySource } from '@evenkeel/proxy/middleware';
import { count, ms, object } from '../schema/fields.ts';
import { keySource } from '../schema/key-source.ts';
import { middlewareDriver } from './driver.ts';

/** How many requests may be open. */
export const concurrencyLimitDriver = middlewareDriver({
  schema: object('Bounds how many requests are open at the same time.', {
    max: count('Open requests, of each key.', { min: 1 }),
    key: keySource('Counts the requests of each key for themselves. Default all together.').exactOptional(),
    maxQueued: count('Requests, of each key, that may wait. Default 0.').exactOptional(),
    queueTimeoutMs: ms('How long one may wait. Default 1000.', { min: 1 }).exactOptional(),
    retryAfterMs: ms(
      'What Retry-After asks of those refused, in whole seconds. Default 1000.',
    ).exactOptional(),
  }),
  build: ({ key, ...config }) =>
    concurrencyLimit({ ...config, ...(key !== undefined && { key: key as KeySource | KeySource[] }) }),
});
