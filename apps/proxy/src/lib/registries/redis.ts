import { type RedisConnectionOptions, redisDiscovery, redisRegistrar } from '@evenkeel/discovery-redis';
import type * as z from 'zod';
import { discoveryDriver } from '../discovery/driver.ts';
import { count, exactlyOne, list, ms, object, pattern, text } from '../schema/fields.ts';
import { readTls, tls } from '../schema/tls.ts';
import { registrarDriver } from './registrar-driver.ts';

const NAME = '1 to 255 characters without braces and control characters';
const HOST_PORT = pattern('host:port.', /^(?:\[[^\]]+\]|[^:]+):\d{1,5}$/, '"host:port"');

const name = (description: string) => pattern(description, /^[^{}\p{Cc}]{1,255}$/u, NAME);

const place = {
  url: pattern(
    'redis://user:password@host:port/db, or rediss:// for TLS.',
    /^rediss?:\/\/[^/]/,
    'redis://host:port or rediss://host:port',
  ).exactOptional(),
  sentinel: object('A master that Sentinels watch over.', {
    name: text('The name that the Sentinels have for the master.'),
    nodes: list('Sentinels, host:port each.', '"host:port"', HOST_PORT),
    username: text('Of the Sentinels themselves.').exactOptional(),
    password: text('Of the Sentinels themselves.').exactOptional(),
  }).exactOptional(),
  cluster: list('Some members of a cluster, host:port each.', '"host:port"', HOST_PORT).exactOptional(),
  username: text('Unless the URL has one.').exactOptional(),
  password: text('Unless the URL has one.').exactOptional(),
  db: count('The number of the database, unless the URL has one. Default 0.').exactOptional(),
  tls: tls.exactOptional(),
  service: name('The name of the service.'),
  prefix: name('Begins the keys of the leased form. Default lb.').exactOptional(),
};

const WAYS = ['url', 'sentinel', 'cluster'] as const;

const discovery = discoveryDriver({
  schema: exactlyOne(
    object('Endpoints that registered in Redis, or are listed at the key services:<service>.', {
      ...place,
      plainPrefix: name('Begins the key of the plain form. Default services.').exactOptional(),
      pollMs: ms('How often all is read although no message came. Default 15000.', {
        min: 50,
      }).exactOptional(),
      plainPollMs: ms('The same for the plain form. Default 5000.', { min: 50 }).exactOptional(),
      pingMs: ms('How often a connection is asked whether it lives. Default 5000.', {
        min: 10,
      }).exactOptional(),
      timeoutMs: ms('For connecting and for each answer. Default 2000.', { min: 1 }).exactOptional(),
    }),
    WAYS,
  ),
  build: (config, { baseDir }) => redisDiscovery(withConnection(config, baseDir)),
});

const registrar = registrarDriver({
  schema: exactlyOne(object('Registers in Redis, under a lease.', place), WAYS),
  build: (config, input, { baseDir }) => redisRegistrar({ ...withConnection(config, baseDir), ...input }),
});

/** Redis and Valkey. */
export const redis = { discovery, registrar };

type Place = z.output<z.ZodObject<typeof place>>;

/** Hands the settings of connections on as ioredis calls them. */
function withConnection<T extends Place>(config: T, baseDir: string) {
  const { sentinel, username, password, db, tls: files, ...same } = config;
  const target: Pick<RedisConnectionOptions, 'sentinel'> =
    sentinel === undefined ? {} : { sentinel: { name: sentinel.name, nodes: sentinel.nodes } };
  return {
    ...same,
    ...target,
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
