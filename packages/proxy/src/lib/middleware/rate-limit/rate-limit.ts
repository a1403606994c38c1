import { type Clock, type KnownKeys, numberOption, systemClock } from '@evenkeel/core';
import type { Middleware } from '../middleware.ts';
import { enforcer } from './enforcer.ts';
import { localLimiter } from './local-limiter.ts';
import { RATE_KEYS, type RateOptions, rateSettings } from './rate-options.ts';

/** Options of {@link rateLimit}. */
export interface RateLimitOptions extends RateOptions {
  /** Keys whose buckets are kept; the one unused for longest goes first, and its bucket is full when it comes back. @default 100_000 */
  readonly maxKeys?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

const KEYS: KnownKeys<RateLimitOptions> = { ...RATE_KEYS, maxKeys: true, clock: true };

/**
 * Middleware that lets requests pass at a rate and answers 429 with `Retry-After` to the others: a token bucket for each key, in the
 * memory of this process. O(1) for each request.
 *
 * @throws InvalidOptionsError for a number out of its range or a key that is none
 */
export function rateLimit(options: RateLimitOptions): Middleware {
  const settings = rateSettings(options, KEYS);
  const maxKeys = numberOption('maxKeys', options.maxKeys, 100_000, { min: 1, integer: true });
  const limiter = localLimiter(settings.rate, maxKeys, options.clock ?? systemClock);
  const enforce = enforcer(settings);
  return (request, next) => enforce(request, limiter(settings.keyOf(request)), next);
}
