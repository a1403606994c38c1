export type { RedisClient, RedisSocket } from './lib/client.ts';
export type { RedisConnectionOptions, RedisSentinelOptions } from './lib/connection-options.ts';
export { type RedisDiscoveryOptions, redisDiscovery } from './lib/discovery.ts';
export { type RedisRegistrarOptions, redisRegistrar } from './lib/registrar.ts';
