import {
  type Clock,
  checkKeys,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  systemClock,
} from '@evenkeel/core';

/** Options of `memcachedCacheDriver`. */
export interface MemcachedCacheDriverOptions {
  /** `host:port` of each server; every instance must have the same ones, in any order. */
  readonly servers: readonly string[];
  /** The longest value in one item, in bytes; longer ones are cut into several. Below the server's `-I`. @default 921,600 */
  readonly itemBytes?: number;
  /** The longest value that is stored, in bytes. @default 16,777,216 (16 MiB) */
  readonly maxValueBytes?: number;
  /** How long nothing may move while one of several servers owes an answer, before the next one is asked, in ms; below `timeoutMs` of the store. @default 15 */
  readonly answerMs?: number;
  /** How long connecting may take, in ms. @default 1,000 */
  readonly connectTimeoutMs?: number;
  /** How long a connection may stay without any answer before it is opened anew, in ms. @default 1,500 */
  readonly silentMs?: number;
  /** @default the process's */
  readonly clock?: Clock;
}

/** Checked options. */
export interface DriverSettings extends Required<Omit<MemcachedCacheDriverOptions, 'servers'>> {
  readonly servers: readonly { readonly name: string; readonly host: string; readonly port: number }[];
}

const KEYS: KnownKeys<MemcachedCacheDriverOptions> = {
  servers: true,
  itemBytes: true,
  maxValueBytes: true,
  answerMs: true,
  connectTimeoutMs: true,
  silentMs: true,
  clock: true,
};

/**
 * Checks the options of a driver.
 *
 * @throws InvalidOptionsError when one makes no sense
 */
export function driverSettings(options: MemcachedCacheDriverOptions): DriverSettings {
  checkKeys('', options, KEYS);
  const { servers } = options;
  if (!Array.isArray(servers) || servers.length === 0 || new Set(servers).size !== servers.length) {
    throw new InvalidOptionsError('servers', servers, 'a list of different "host:port"');
  }
  const itemBytes = numberOption('itemBytes', options.itemBytes, 921_600, { min: 1_024, integer: true });
  return {
    servers: servers.map(serverOf),
    itemBytes,
    maxValueBytes: numberOption('maxValueBytes', options.maxValueBytes, 16 * 1_024 * 1_024, {
      min: itemBytes,
      max: itemBytes * 1_000,
      integer: true,
    }),
    answerMs: numberOption('answerMs', options.answerMs, 15, { min: 1 }),
    connectTimeoutMs: numberOption('connectTimeoutMs', options.connectTimeoutMs, 1_000, { min: 1 }),
    silentMs: numberOption('silentMs', options.silentMs, 1_500, { min: 1 }),
    clock: options.clock ?? systemClock,
  };
}

function serverOf(name: unknown, index: number): DriverSettings['servers'][number] {
  const match = typeof name === 'string' ? /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(name) : null;
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || typeof name !== 'string') {
    throw new InvalidOptionsError(`servers[${index}]`, name, '"host:port"');
  }
  return { name, host, port: Number(match?.[3]) };
}
