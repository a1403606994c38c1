export { type TestHttpCacheOptions, testHttpCache } from './lib/contract/test-http-cache.ts';
export { type TestKeyValueStoreOptions, testKeyValueStore } from './lib/contract/test-key-value-store.ts';
export { type OutageServer, type TestOutagesOptions, testOutages } from './lib/contract/test-outages.ts';
