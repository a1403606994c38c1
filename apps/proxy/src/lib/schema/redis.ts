import type * as z from 'zod';
import { count, list, object, pattern, text } from './fields.ts';
import { readTls, type TlsMaterial, tls } from './tls.ts';

/** `host:port`, or `[v6]:port`. */
export const hostPort: z.ZodString = pattern('host:port.', /^(?:\[[^\]]+\]|[^:]+):\d{1,5}$/, '"host:port"');

/** Where a Redis is: exactly one of `url`, `sentinel` and `cluster`, and how to log in. */
export const redisConnection = {
  url: pattern(
    'redis://user:password@host:port/db, or rediss:// for TLS.',
    /^rediss?:\/\/[^/]/,
    'redis://host:port or rediss://host:port',
  ).exactOptional(),
  sentinel: object('A master that Sentinels watch over.', {
    name: text('The name that the Sentinels have for the master.'),
    nodes: list('Sentinels, host:port each.', '"host:port"', hostPort),
    username: text('Of the Sentinels themselves.').exactOptional(),
    password: text('Of the Sentinels themselves.').exactOptional(),
  }).exactOptional(),
  cluster: list('Some members of a cluster, host:port each.', '"host:port"', hostPort).exactOptional(),
  username: text('Unless the URL has one.').exactOptional(),
  password: text('Unless the URL has one.').exactOptional(),
  db: count('The number of the database, unless the URL has one. Default 0.').exactOptional(),
  tls: tls.exactOptional(),
};

/** The keys of {@link redisConnection} of which one must be there. */
export const REDIS_WAYS = ['url', 'sentinel', 'cluster'] as const;

type RedisConnection = z.output<z.ZodObject<typeof redisConnection>>;
type Translated = 'sentinel' | 'username' | 'password' | 'db' | 'tls';

/** The settings of a connection as the drivers take them. */
export interface RedisTarget {
  readonly sentinel?: { readonly name: string; readonly nodes: readonly string[] };
  readonly redis: Readonly<Record<string, string | number | TlsMaterial>>;
}

/**
 * Hands the settings of connections on as ioredis calls them; other settings stay as they are.
 *
 * @param baseDir relative paths start here
 * @throws InvalidOptionsError for a file that cannot be read
 */
export function withConnection<T extends RedisConnection>(
  config: T,
  baseDir: string,
): Omit<T, Translated> & RedisTarget {
  const { sentinel, username, password, db, tls: files, ...same } = config;
  return {
    ...same,
    ...(sentinel !== undefined && { sentinel: { name: sentinel.name, nodes: sentinel.nodes } }),
    redis: {
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(db !== undefined && { db }),
      ...(sentinel?.username !== undefined && { sentinelUsername: sentinel.username }),
      ...(sentinel?.password !== undefined && { sentinelPassword: sentinel.password }),
      ...(files !== undefined && { tls: readTls(files, baseDir) }),
    },
  };
}
