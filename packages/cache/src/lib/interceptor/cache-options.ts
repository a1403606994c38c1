import { checkKeys, InvalidOptionsError, type KnownKeys, numberOption } from '@evenkeel/core';
import { cacheName } from '../http/cache-status.ts';
import type { HeuristicFreshness } from '../http/freshness.ts';
import type { CacheStore } from '../store/cache-store.ts';
import { fieldNames } from '../store/store-options.ts';

/** Options of `cache`. */
export interface CacheOptions {
  /** What `createCacheStore` made; it stays open. */
  readonly store: CacheStore;
  /** This cache's name in `Cache-Status`. @default 'evenkeel' */
  readonly name?: string;
  /** Whether the field `Cache-Status` is added to responses: RFC 9211. @default true */
  readonly cacheStatus?: boolean;
  /** Fields that speak to this cache alone, in lower case, the most specific first: RFC 9213. @default ['cdn-cache-control'] */
  readonly targetedFields?: readonly string[];
  /** Guesses a lifetime where a response gives none: RFC 9111 4.2.2. @default none is guessed */
  readonly heuristic?: { readonly ratio?: number; readonly maxMs?: number };
  /** Whether `Cache-Control` and `Pragma` of requests are obeyed; `no-store` always is. @default true */
  readonly honourRequest?: boolean;
  /** How long a request waits for another one that fetches the same, in ms; 0 fetches at once. @default 5,000 */
  readonly collapseMs?: number;
  /** How often the store is asked whether another instance has fetched it, in ms. @default 20 */
  readonly pollMs?: number;
  /** How long a response with a validator is kept once it is stale, in ms. @default 3,600,000 (1 h) */
  readonly keepStaleMs?: number;
  /** Wall clock in ms since 1970. @default `Date.now` */
  readonly now?: () => number;
}

/** Checked options. */
export interface CacheSettings extends Required<Omit<CacheOptions, 'heuristic'>> {
  readonly heuristic: HeuristicFreshness | undefined;
}

const KEYS: KnownKeys<CacheOptions> = {
  store: true,
  name: true,
  cacheStatus: true,
  targetedFields: true,
  heuristic: true,
  honourRequest: true,
  collapseMs: true,
  pollMs: true,
  keepStaleMs: true,
  now: true,
};

/**
 * Checks the options of the interceptor.
 *
 * @throws InvalidOptionsError when one makes no sense
 */
export function cacheSettings(options: CacheOptions): CacheSettings {
  checkKeys('', options, KEYS);
  const { store, name = 'evenkeel', heuristic } = options;
  if (typeof store?.lookup !== 'function') {
    throw new InvalidOptionsError('store', store, 'what createCacheStore() returns');
  }
  if (typeof name !== 'string' || !/^[\x20-\x7e]+$/.test(name)) {
    throw new InvalidOptionsError('name', name, 'printable ASCII');
  }
  if (heuristic !== undefined) checkKeys('heuristic', heuristic, { ratio: true, maxMs: true });
  return {
    store,
    name: cacheName(name),
    cacheStatus: options.cacheStatus ?? true,
    targetedFields: fieldNames('targetedFields', options.targetedFields, ['cdn-cache-control']),
    heuristic: heuristic && {
      ratio: numberOption('heuristic.ratio', heuristic.ratio, 0.1, { max: 1 }),
      maxMs: numberOption('heuristic.maxMs', heuristic.maxMs, 86_400_000),
    },
    honourRequest: options.honourRequest ?? true,
    collapseMs: numberOption('collapseMs', options.collapseMs, 5_000),
    pollMs: numberOption('pollMs', options.pollMs, 20, { min: 1 }),
    keepStaleMs: numberOption('keepStaleMs', options.keepStaleMs, 3_600_000),
    now: options.now ?? Date.now,
  };
}
