export {
  type RateLimitRedis,
  type RedisRateLimit,
  type RedisRateLimitOptions,
  redisRateLimit,
} from './lib/middleware/rate-limit/redis-rate-limit.ts';
