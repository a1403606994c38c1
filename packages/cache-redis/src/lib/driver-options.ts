import {
  type Clock,
  checkKeys,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  systemClock,
} from '@evenkeel/core';
import type { RedisClient } from './client.ts';

/** Options of `redisCacheDriver`. Exactly one of `url`, `sentinel`, `cluster` and `client` is given. */
export interface RedisCacheDriverOptions {
  /** `redis://user:password@host:port/db`, or `rediss://` for TLS. */
  readonly url?: string;
  /** A master that Sentinels watch over: its name, and Sentinels as `host:port`. */
  readonly sentinel?: { readonly name: string; readonly nodes: readonly string[] };
  /** Some members of a cluster, `host:port` each; the others are found from there. */
  readonly cluster?: readonly string[];
  /** Your own ioredis client, without a `keyPrefix`. It stays open; subscriptions have a connection of their own. */
  readonly client?: RedisClient;
  /** More options of ioredis for own connections, such as `username`, `password`, `tls`, `db`. @default {} */
  readonly redis?: Readonly<Record<string, unknown>>;
  /** Where instances tell each other what was purged. @default 'evenkeel:cache' */
  readonly channel?: string;
  /** How often the subscribed connection is asked whether it is alive, in ms. @default 1,000 */
  readonly pingMs?: number;
  /** How long a connection may stay without any answer before it is opened anew, in ms. @default 1,500 */
  readonly silentMs?: number;
  /** @default the process's */
  readonly clock?: Clock;
}

/** Where Redis is. */
export type RedisTarget =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'sentinel'; readonly name: string; readonly nodes: readonly HostPort[] }
  | { readonly kind: 'cluster'; readonly nodes: readonly HostPort[] }
  | { readonly kind: 'client'; readonly client: RedisClient };

/** An address in two parts. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Checked options. */
export interface DriverSettings {
  readonly target: RedisTarget;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly channel: string;
  readonly pingMs: number;
  readonly silentMs: number;
  readonly clock: Clock;
}

const KEYS: KnownKeys<RedisCacheDriverOptions> = {
  url: true,
  sentinel: true,
  cluster: true,
  client: true,
  redis: true,
  channel: true,
  pingMs: true,
  silentMs: true,
  clock: true,
};
const WAYS = ['url', 'sentinel', 'cluster', 'client'] as const;

/**
 * Checks the options of a driver.
 *
 * @throws InvalidOptionsError when one makes no sense, or not exactly one way to Redis is given
 */
export function driverSettings(options: RedisCacheDriverOptions): DriverSettings {
  checkKeys('', options, KEYS);
  const given = WAYS.filter((way) => options[way] !== undefined);
  if (given.length !== 1) {
    const all = given.length === 0 ? undefined : given.join(' and ');
    throw new InvalidOptionsError('url, sentinel, cluster, client', all, 'exactly one of them');
  }
  const { redis: extra = {}, channel = 'evenkeel:cache' } = options;
  if ('keyPrefix' in extra) {
    throw new InvalidOptionsError('redis.keyPrefix', extra.keyPrefix, 'none: use prefix of createCacheStore');
  }
  if (typeof channel !== 'string' || channel === '') {
    throw new InvalidOptionsError('channel', channel, 'the name of a channel');
  }
  return {
    target: targetOf(options),
    extra,
    channel,
    pingMs: numberOption('pingMs', options.pingMs, 1_000, { min: 1 }),
    silentMs: numberOption('silentMs', options.silentMs, 1_500, { min: 1 }),
    clock: options.clock ?? systemClock,
  };
}

function targetOf({ url, sentinel, cluster, client }: RedisCacheDriverOptions): RedisTarget {
  if (url !== undefined) return { kind: 'url', url: checkUrl(url) };
  if (cluster !== undefined) return { kind: 'cluster', nodes: hostPorts('cluster', cluster) };
  if (sentinel === undefined) return { kind: 'client', client: checkClient(client) };
  checkKeys('sentinel', sentinel, { name: true, nodes: true });
  const { name, nodes } = sentinel;
  if (typeof name !== 'string' || name === '') {
    throw new InvalidOptionsError('sentinel.name', name, 'the name of a master');
  }
  return { kind: 'sentinel', name, nodes: hostPorts('sentinel.nodes', nodes) };
}

function checkUrl(url: string): string {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (parsed === null || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '') {
    // The value may hold a password, so the message does without it.
    const shown = parsed?.protocol ?? 'no URL';
    throw new InvalidOptionsError('url', shown, 'redis://host:port or rediss://host:port');
  }
  return url;
}

function checkClient(client: RedisClient | undefined): RedisClient {
  if (typeof client?.mgetBuffer !== 'function' || typeof client.duplicate !== 'function') {
    throw new InvalidOptionsError('client', client, 'a Redis or Cluster of ioredis');
  }
  const settings: { keyPrefix?: unknown; redisOptions?: { keyPrefix?: unknown } } = client.options ?? {};
  const keyPrefix = settings.keyPrefix || settings.redisOptions?.keyPrefix;
  if (keyPrefix) {
    throw new InvalidOptionsError(
      'client.options.keyPrefix',
      keyPrefix,
      'none: use prefix of createCacheStore',
    );
  }
  return client;
}

function hostPorts(field: string, nodes: readonly string[]): readonly HostPort[] {
  if (!Array.isArray(nodes) || nodes.length === 0) {
    throw new InvalidOptionsError(field, nodes, 'a list of "host:port"');
  }
  return nodes.map((node: unknown, index) => {
    const match = typeof node === 'string' ? /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(node) : null;
    const host = match?.[1] ?? match?.[2];
    if (host === undefined) throw new InvalidOptionsError(`${field}[${index}]`, node, '"host:port"');
    return { host, port: Number(match?.[3]) };
  });
}
