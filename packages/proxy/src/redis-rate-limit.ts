export {
  type RateLimitRedis,
  type RedisRateLimit,
  redisRateLimit,
} from './lib/middleware/rate-limit/redis-rate-limit.ts';
export type { RedisRateLimitOptions } from './lib/middleware/rate-limit/redis-rate-limit-options.ts';
