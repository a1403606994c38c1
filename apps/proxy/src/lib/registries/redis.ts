import { redisDiscovery, redisRegistrar } from '@evenkeel/discovery-redis';
import { discoveryDriver } from '../discovery/driver.ts';
import { exactlyOne, ms, object, pattern } from '../schema/fields.ts';
import { REDIS_WAYS, redisConnection, withConnection } from '../schema/redis.ts';
import { registrarDriver } from './registrar-driver.ts';

const NAME = '1 to 255 characters without braces and control characters';

const name = (description: string) => pattern(description, /^[^{}\p{Cc}]{1,255}$/u, NAME);

const place = {
  ...redisConnection,
  service: name('The name of the service.'),
  prefix: name('Begins the keys of the leased form. Default lb.').exactOptional(),
};

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
    REDIS_WAYS,
  ),
  build: (config, { baseDir }) => redisDiscovery(withConnection(config, baseDir)),
});

const registrar = registrarDriver({
  schema: exactlyOne(object('Registers in Redis, under a lease.', place), REDIS_WAYS),
  build: (config, input, { baseDir }) => redisRegistrar({ ...withConnection(config, baseDir), ...input }),
});

/** Redis and Valkey. */
export const redis = { discovery, registrar };
