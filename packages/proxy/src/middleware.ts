export { type BodyLimitOptions, bodyLimit } from './lib/middleware/body-limit.ts';
export { clusterHashKey } from './lib/middleware/cluster-hash-key.ts';
export {
  type Coding,
  type CompressionLevels,
  type CompressOptions,
  compress,
} from './lib/middleware/compress/compress.ts';
export { type ConcurrencyLimitOptions, concurrencyLimit } from './lib/middleware/concurrency-limit.ts';
export { type CorsOptions, cors } from './lib/middleware/cors.ts';
export type { Origins } from './lib/middleware/cors-origins.ts';
export { type HashByOptions, type HashCookie, hashBy } from './lib/middleware/hash-by.ts';
export { type IpFilterOptions, ipFilter } from './lib/middleware/ip-filter.ts';
export { type RateLimitOptions, rateLimit } from './lib/middleware/rate-limit/rate-limit.ts';
export type { RateOptions } from './lib/middleware/rate-limit/rate-options.ts';
export type { KeySource } from './lib/middleware/request-key.ts';
export type { CookieAttributes } from './lib/middleware/set-cookie.ts';
export { type StickyCookieOptions, stickyCookie } from './lib/middleware/sticky-cookie.ts';
