import type { cacheStores, Dispatcher } from 'undici';

/** The dispatch function of a dispatcher or of another interceptor. */
export type Dispatch = Dispatcher['dispatch'];

/** What undici's cache interceptor asks of a store. */
export type UndiciCacheStore = Pick<
  InstanceType<typeof cacheStores.MemoryCacheStore>,
  'get' | 'createWriteStream' | 'delete'
>;

/** A request, as undici's cache interceptor names it to a store. */
export type CacheKey = Parameters<UndiciCacheStore['get']>[0];

/** A response without its body, as undici's cache interceptor hands it to a store. */
export type CacheValue = Parameters<UndiciCacheStore['createWriteStream']>[1];

/** A stored response, as undici's cache interceptor reads it. */
export type CacheResult = Exclude<Awaited<ReturnType<UndiciCacheStore['get']>>, undefined>;

/** Cache-Control, as undici keeps it. */
export type Directives = CacheResult['cacheControlDirectives'];
