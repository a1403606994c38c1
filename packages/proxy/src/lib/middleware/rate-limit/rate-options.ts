import { checkKeys, InvalidOptionsError, type KnownKeys, numberOption, requiredNumber } from '@evenkeel/core';
import type { RoutedRequest } from '../middleware.ts';
import { networkOf } from '../network-of.ts';
import { type KeySource, keyOf } from '../request-key.ts';
import { checkToken } from '../token-list.ts';
import type { Rate } from './gcra.ts';
import { shortKey } from './short-key.ts';

/** What every kind of rate limit has. */
export interface RateOptions {
  /** Requests allowed in `perMs` in the long run. */
  readonly rate: number;
  /** @default 1_000 */
  readonly perMs?: number;
  /** Requests allowed at once after a pause: the size of the bucket. @default rate */
  readonly burst?: number;
  /**
   * Limits the requests of each key for themselves; those without one count together. An IPv6 address counts as its network of
   * 64 bits, which is what one customer has. @default all count together
   */
  readonly key?: KeySource | readonly KeySource[] | ((request: RoutedRequest) => string | undefined);
  /** Whether answers tell of the limit in `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers). @default true */
  readonly headers?: boolean;
  /** The name of the limit in these fields. @default 'default' */
  readonly name?: string;
}

/** Checked options. */
export interface RateSettings {
  readonly rate: Rate;
  readonly keyOf: (request: RoutedRequest) => string;
  readonly headers: boolean;
  readonly name: string;
}

/** The keys of {@link RateOptions}. */
export const RATE_KEYS: KnownKeys<RateOptions> = {
  rate: true,
  perMs: true,
  burst: true,
  key: true,
  headers: true,
  name: true,
};

/**
 * Checks what every kind of rate limit has.
 *
 * @param known the keys of all its options
 * @throws InvalidOptionsError for a number out of its range or a key that is none
 */
export function rateSettings<T extends RateOptions>(options: T, known: KnownKeys<T>): RateSettings {
  checkKeys('', options, known);
  const { key, headers = true } = options;
  const rate = requiredNumber('rate', options.rate, { min: 1e-6, max: 1e9 });
  const perMs = numberOption('perMs', options.perMs, 1_000, { min: 1 });
  const burst = numberOption('burst', options.burst, Math.max(1, Math.floor(rate)), {
    min: 1,
    max: 1e9,
    integer: true,
  });
  if (typeof headers !== 'boolean') throw new InvalidOptionsError('headers', headers, 'true or false');
  const find = typeof key === 'function' ? key : key === undefined ? () => '' : keyOf('key', key, networkOf);
  return {
    rate: { intervalMs: perMs / rate, burst },
    headers,
    name: checkToken('name', options.name ?? 'default'),
    keyOf(request) {
      const found = find(request) ?? '';
      if (typeof found !== 'string') throw new InvalidOptionsError('key', found, 'a string, or undefined');
      return shortKey(found);
    },
  };
}
