export { memcachedCacheDriver } from './lib/driver.ts';
export type { MemcachedCacheDriverOptions } from './lib/driver-options.ts';
