import { checkKeys, InvalidOptionsError, type KnownKeys } from '@evenkeel/core';
import type { RedisClient } from './client.ts';

/** Where Redis is. Exactly one of `url`, `sentinel`, `cluster` and `client` is given. */
export interface RedisConnectionOptions {
  /** `redis://user:password@host:port/db`, or `rediss://` for TLS. */
  readonly url?: string;
  /** A master that Sentinels watch over. */
  readonly sentinel?: RedisSentinelOptions;
  /** Some members of a cluster, `host:port` each; the others are found from there. */
  readonly cluster?: readonly string[];
  /**
   * Your own ioredis client, without a `keyPrefix`. Commands go over it; only subscriptions have
   * connections of their own. It stays open.
   */
  readonly client?: RedisClient;
  /**
   * More options of ioredis for own connections, such as `username`, `password`, `tls`, `db`,
   * `sentinelPassword`. @default {}
   */
  readonly redis?: Readonly<Record<string, unknown>>;
}

/** Which master, and who knows where it is. */
export interface RedisSentinelOptions {
  /** The name that the Sentinels have for the master. */
  readonly name: string;
  /** Sentinels, `host:port` each. */
  readonly nodes: readonly string[];
}

/** One way to reach Redis, checked. */
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

/** A checked target with what belongs to it. */
export interface RedisPlace {
  readonly target: RedisTarget;
  readonly extra: Readonly<Record<string, unknown>>;
  /** For messages: the address without credentials. */
  readonly name: string;
}

/** The keys of {@link RedisConnectionOptions}, for checks of options that extend them. */
export const CONNECTION_KEYS: KnownKeys<RedisConnectionOptions> = {
  url: true,
  sentinel: true,
  cluster: true,
  client: true,
  redis: true,
};

const WAYS = ['url', 'sentinel', 'cluster', 'client'] as const;

/**
 * Checks where Redis is.
 *
 * @throws InvalidOptionsError when not exactly one way is given, or it makes no sense
 */
export function redisPlace(options: RedisConnectionOptions): RedisPlace {
  const given = WAYS.filter((way) => options[way] !== undefined);
  if (given.length !== 1) {
    const all = given.length === 0 ? undefined : given.join(' and ');
    throw new InvalidOptionsError('url, sentinel, cluster, client', all, 'exactly one of them');
  }
  const { extra, ...place } = { extra: options.redis ?? {}, ...targetOf(options) };
  if ('keyPrefix' in extra)
    throw new InvalidOptionsError('redis.keyPrefix', extra.keyPrefix, 'none: use prefix');
  return { extra, ...place };
}

function targetOf({ url, sentinel, cluster, client }: RedisConnectionOptions): Omit<RedisPlace, 'extra'> {
  if (url !== undefined) return { target: { kind: 'url', url }, name: checkUrl(url) };
  if (sentinel !== undefined) {
    checkKeys('sentinel', sentinel, { name: true, nodes: true });
    const { name } = sentinel;
    if (typeof name !== 'string' || name === '') {
      throw new InvalidOptionsError('sentinel.name', name, 'the name of a master');
    }
    const nodes = hostPorts('sentinel.nodes', sentinel.nodes);
    return { target: { kind: 'sentinel', name, nodes }, name: `sentinel master "${name}"` };
  }
  if (cluster !== undefined) {
    return { target: { kind: 'cluster', nodes: hostPorts('cluster', cluster) }, name: 'cluster' };
  }
  return { target: { kind: 'client', client: checkClient(client) }, name: 'client' };
}

function checkUrl(url: string): string {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (parsed === null || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '') {
    // The value may hold a password, so the message does without it.
    throw new InvalidOptionsError(
      'url',
      parsed?.protocol ?? 'no URL',
      'redis://host:port or rediss://host:port',
    );
  }
  return `${parsed.hostname}:${parsed.port || 6379}`;
}

function checkClient(client: RedisClient | undefined): RedisClient {
  if (typeof client?.evalsha !== 'function' || typeof client.duplicate !== 'function') {
    throw new InvalidOptionsError('client', client, 'a Redis or Cluster of ioredis');
  }
  const settings: { keyPrefix?: unknown; redisOptions?: { keyPrefix?: unknown } } = client.options ?? {};
  const keyPrefix = settings.keyPrefix || settings.redisOptions?.keyPrefix;
  if (keyPrefix) {
    throw new InvalidOptionsError('client.options.keyPrefix', keyPrefix, 'none: it is no part of channels');
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
