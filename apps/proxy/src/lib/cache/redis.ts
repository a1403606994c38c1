import { redisCacheDriver } from '@evenkeel/cache-redis';
import { exactlyOne, ms, object, text } from '../schema/fields.ts';
import { REDIS_WAYS, redisConnection, withConnection } from '../schema/redis.ts';
import { storeDriver } from './driver.ts';

/** Redis and Valkey: purges are heard at once. */
export const redisStore = storeDriver({
  schema: exactlyOne(
    object('Redis or Valkey.', {
      ...redisConnection,
      channel: text(
        'Where instances tell each other what was purged. Default evenkeel:cache.',
      ).exactOptional(),
      pingMs: ms('How often the subscribed connection is asked whether it lives. Default 1000.', {
        min: 1,
      }).exactOptional(),
      silentMs: ms('How long a connection may give no answer before it is opened anew. Default 1500.', {
        min: 1,
      }).exactOptional(),
    }),
    REDIS_WAYS,
  ),
  build: (config, { baseDir }) => redisCacheDriver(withConnection(config, baseDir)),
});
