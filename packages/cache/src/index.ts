export type { CacheStatus, ForwardReason } from './lib/http/cache-status.ts';
export type { WhyNotStored } from './lib/http/storability.ts';
export { cache } from './lib/interceptor/cache.ts';
export type { CacheOptions } from './lib/interceptor/cache-options.ts';
export { cacheStatusOf } from './lib/interceptor/relay-controller.ts';
export { abortable } from './lib/store/abortable.ts';
export type { CacheLookup, CacheSlot, CacheStore, PurgeResult } from './lib/store/cache-store.ts';
export { createCacheStore } from './lib/store/create-cache-store.ts';
export type {
  CallOptions,
  KeyValueStore,
  MessageListener,
  WriteOptions,
} from './lib/store/key-value-store.ts';
export { type MemoryKeyValueStoreOptions, memoryKeyValueStore } from './lib/store/memory-key-value-store.ts';
export type {
  EntryCorrupt,
  StoreDown,
  StoreEvent,
  StoreFailed,
  StoreRecovered,
  WriteDropped,
} from './lib/store/store-event.ts';
export type { CacheStoreOptions } from './lib/store/store-options.ts';
export type { StoredResponse } from './lib/store/stored-response.ts';
