export { type TestHttpCacheOptions, testHttpCache } from './lib/contract/test-http-cache.ts';
