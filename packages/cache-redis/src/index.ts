export type { RedisClient } from './lib/client.ts';
export { redisCacheDriver } from './lib/driver.ts';
export type { RedisCacheDriverOptions } from './lib/driver-options.ts';
