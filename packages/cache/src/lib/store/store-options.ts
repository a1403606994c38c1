import {
  type Clock,
  checkKeys,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  systemClock,
} from '@evenkeel/core';
import type { CompressionPolicy } from './entry-codec.ts';
import type { KeyValueStore } from './key-value-store.ts';
import { DEFAULT_KEY_FIELDS } from './keys.ts';
import type { StoreEvent } from './store-event.ts';

/** Options of `createCacheStore`. */
export interface CacheStoreOptions {
  /** The store that instances share; without one, responses stay in this process. @default none */
  readonly driver?: KeyValueStore;
  /** Begins every key: 1 to 32 letters, digits, `-`, `_` or `.`. @default 'cache' */
  readonly prefix?: string;
  /** Bytes of responses kept in this process; 0 keeps none beside a driver. @default 67,108,864 (64 MiB) */
  readonly memoryBytes?: number;
  /** The longest response that is stored, in bytes. @default 4,194,304 (4 MiB) */
  readonly maxEntryBytes?: number;
  /** The longest time a response is kept, in ms. @default 604,800,000 (7 days) */
  readonly maxTtlMs?: number;
  /** Compresses text, JSON and the like in the shared store from this many bytes on; `false` for nothing. @default false */
  readonly compress?: false | { readonly minBytes?: number };
  /** How long a call of the shared store may take before the request goes on without it, in ms. @default 25 */
  readonly timeoutMs?: number;
  /** Failed calls in a row after which the shared store is left alone. @default 3 */
  readonly failureThreshold?: number;
  /** How often a store that is left alone is asked whether it is back, in ms. @default 500 */
  readonly probeMs?: number;
  /** How long generations are believed while messages of other instances arrive, in ms. @default 5,000 */
  readonly trustMs?: number;
  /** The same while no messages arrive, or the driver knows none: how late a purge may be seen, in ms. @default 100 */
  readonly blindTrustMs?: number;
  /**
   * How long a response stays in this process that is fetched while the shared store is down, in ms: how late a purge of another instance
   * may be seen then; 0 keeps none. @default 5,000
   */
  readonly downTtlMs?: number;
  /** Bytes that may wait to be written to the shared store; more are dropped. @default 33,554,432 (32 MiB) */
  readonly maxPendingBytes?: number;
  /** Writes to the shared store at a time. @default 8 */
  readonly writeConcurrency?: number;
  /** How long one instance may hold others off that want the same response, in ms. @default 10,000 */
  readonly lockMs?: number;
  /** The fields that carry tags, in lower case. @default ['cache-tag', 'surrogate-key'] */
  readonly tagFields?: readonly string[];
  /** How many segments of a path can be purged as a prefix; each costs one more key in each read. @default 3 */
  readonly prefixDepth?: number;
  /** Request fields that are part of the key, in lower case, as origins may answer by them without a Vary. @default `X-Forwarded-Host` and the like: see the README */
  readonly keyFields?: readonly string[];
  /** Hears of failures. @default nobody */
  readonly onEvent?: (event: StoreEvent) => void;
  /** Wall clock in ms since 1970. @default `Date.now` */
  readonly now?: () => number;
  /** Time limits and waits. @default the process's */
  readonly clock?: Clock;
}

/** Checked options. */
export interface StoreSettings extends Required<Omit<CacheStoreOptions, 'driver' | 'compress' | 'onEvent'>> {
  readonly driver: KeyValueStore | undefined;
  readonly compression: CompressionPolicy | undefined;
  readonly onEvent: (event: StoreEvent) => void;
}

const KEYS: KnownKeys<CacheStoreOptions> = {
  driver: true,
  prefix: true,
  memoryBytes: true,
  maxEntryBytes: true,
  maxTtlMs: true,
  compress: true,
  timeoutMs: true,
  failureThreshold: true,
  probeMs: true,
  trustMs: true,
  blindTrustMs: true,
  downTtlMs: true,
  maxPendingBytes: true,
  writeConcurrency: true,
  lockMs: true,
  tagFields: true,
  prefixDepth: true,
  keyFields: true,
  onEvent: true,
  now: true,
  clock: true,
};
const MIB = 1_024 * 1_024;

/**
 * Checks the options of a store.
 *
 * @throws InvalidOptionsError when one makes no sense
 */
export function storeSettings(options: CacheStoreOptions): StoreSettings {
  checkKeys('', options, KEYS);
  const { driver, prefix = 'cache', compress = false } = options;
  if (typeof prefix !== 'string' || !/^[\w.-]{1,32}$/.test(prefix)) {
    throw new InvalidOptionsError('prefix', prefix, '1 to 32 letters, digits, "-", "_" or "."');
  }
  if (driver !== undefined && typeof driver?.getMany !== 'function') {
    throw new InvalidOptionsError('driver', driver, 'a KeyValueStore, such as redisCacheDriver() makes');
  }
  if (driver !== undefined && (driver.publish === undefined) !== (driver.subscribe === undefined)) {
    throw new InvalidOptionsError(
      'driver',
      driver.name,
      'a KeyValueStore with both publish and subscribe, or neither',
    );
  }
  if (compress !== false) checkKeys('compress', compress, { minBytes: true });
  const whole = { min: 1, integer: true };
  return {
    driver,
    prefix,
    memoryBytes: numberOption('memoryBytes', options.memoryBytes, 64 * MIB, { integer: true }),
    maxEntryBytes: numberOption('maxEntryBytes', options.maxEntryBytes, 4 * MIB, whole),
    maxTtlMs: numberOption('maxTtlMs', options.maxTtlMs, 7 * 86_400_000, { min: 1 }),
    compression:
      compress === false
        ? undefined
        : { minBytes: numberOption('compress.minBytes', compress.minBytes, 1_024) },
    timeoutMs: numberOption('timeoutMs', options.timeoutMs, 25, { min: 1 }),
    failureThreshold: numberOption('failureThreshold', options.failureThreshold, 3, whole),
    probeMs: numberOption('probeMs', options.probeMs, 500, { min: 1 }),
    trustMs: numberOption('trustMs', options.trustMs, 5_000),
    blindTrustMs: numberOption('blindTrustMs', options.blindTrustMs, 100),
    downTtlMs: numberOption('downTtlMs', options.downTtlMs, 5_000),
    maxPendingBytes: numberOption('maxPendingBytes', options.maxPendingBytes, 32 * MIB, whole),
    writeConcurrency: numberOption('writeConcurrency', options.writeConcurrency, 8, whole),
    lockMs: numberOption('lockMs', options.lockMs, 10_000, { min: 1 }),
    tagFields: fieldNames('tagFields', options.tagFields, ['cache-tag', 'surrogate-key']),
    prefixDepth: numberOption('prefixDepth', options.prefixDepth, 3, { max: 16, integer: true }),
    keyFields: fieldNames('keyFields', options.keyFields, DEFAULT_KEY_FIELDS),
    onEvent: options.onEvent ?? (() => {}),
    now: options.now ?? Date.now,
    clock: options.clock ?? systemClock,
  };
}

/**
 * Checks a list of field names.
 *
 * @throws InvalidOptionsError when one is no name in lower case
 */
export function fieldNames(
  field: string,
  names: readonly string[] | undefined,
  fallback: readonly string[],
): readonly string[] {
  if (names === undefined) return fallback;
  if (!Array.isArray(names))
    throw new InvalidOptionsError(field, names, 'a list of field names in lower case');
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string' || !/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) {
      throw new InvalidOptionsError(`${field}[${index}]`, name, 'a field name in lower case');
    }
  }
  return names;
}
