import { memcachedCacheDriver } from '@evenkeel/cache-memcached';
import { count, list, ms, object } from '../schema/fields.ts';
import { hostPort } from '../schema/redis.ts';
import { storeDriver } from './driver.ts';

/** Memcached: it has no messages, so purges are seen after `blindTrustMs`. */
export const memcachedStore = storeDriver({
  schema: object('Memcached, 1.6 or later.', {
    servers: list('host:port of each; the same ones for all instances.', '"host:port"', hostPort),
    itemBytes: count('The longest value in one item; below -I of the server. Default 921600.', {
      min: 1_024,
    }).exactOptional(),
    maxValueBytes: count('The longest value. Default 16777216.', { min: 1_024 }).exactOptional(),
    answerMs: ms('How long one of several may give no answer before the next one is asked. Default 15.', {
      min: 1,
    }).exactOptional(),
    connectTimeoutMs: ms('For connecting. Default 1000.', { min: 1 }).exactOptional(),
    silentMs: ms('How long a connection may give no answer before it is opened anew. Default 1500.', {
      min: 1,
    }).exactOptional(),
  }),
  build: (config) => memcachedCacheDriver(config),
});
