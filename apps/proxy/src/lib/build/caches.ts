import { dirname } from 'node:path';
import { type CacheStore, cache, createCacheStore, type StoreEvent } from '@evenkeel/cache';
import type { RouteOptions } from '@evenkeel/proxy';
import { buildDriver } from '../cache/registry.ts';
import { type CacheConfig, cacheSettings, storeSettings } from '../cache/schema.ts';
import { type Kept, kept } from './kept.ts';
import { pick } from './pick.ts';
import { within } from './within.ts';

/** What the caches of a configuration need beside it. */
export interface CacheSources {
  /** The path of the configuration file. */
  readonly file: string;
  /** The name in `Cache-Status`. */
  readonly name: string;
  /** Checks the options without connecting to a store. */
  readonly dry: boolean;
  /** Hears of what happens to stores. */
  readonly onEvent: (event: StoreEvent) => void;
}

/** The caches of routes. */
export interface Caches {
  /** The cache of a route: the same one for the same settings. */
  of(config: CacheConfig): Interceptor;
  readonly stores: Kept<object, CacheStore>;
  readonly interceptors: Kept<object, Interceptor>;
  /** @param except whose stores stay open */
  close(except?: readonly Caches[]): Promise<void>;
}

type Interceptor = NonNullable<RouteOptions['cache']>;

const STORE_KEYS = Object.keys(storeSettings) as (keyof typeof storeSettings)[];
const CACHE_KEYS = Object.keys(cacheSettings) as (keyof typeof cacheSettings)[];

/**
 * Makes the caches of a checked configuration. Routes whose stores have the same settings share one: its memory, its connections,
 * and what a request of one of them drops.
 *
 * @param before whose caches are taken over where the settings are the same
 */
export function createCaches(sources: CacheSources, before?: Caches): Caches {
  const stores = kept(before?.stores);
  const interceptors = kept(before?.interceptors);
  const { name } = sources;
  return {
    stores,
    interceptors,
    of(config) {
      const settings = pick(config, ['store', ...STORE_KEYS]);
      const store = stores.of(settings, () => buildStore(config, sources));
      return interceptors.of({ config, name }, () => cache({ ...pick(config, CACHE_KEYS), store, name }));
    },
    async close(except = []) {
      const over = stores.without(except.map((other) => other.stores));
      await Promise.all(over.map((store) => store.close()));
    },
  };
}

/** @throws OptionError or InvalidOptionsError for what only the parts themselves can check */
function buildStore(config: CacheConfig, { file, dry, onEvent }: CacheSources): CacheStore {
  const { compress, ...same } = pick(config, STORE_KEYS);
  const driver = within(['store'], () => buildDriver(config.store ?? 'memory', { baseDir: dirname(file) }));
  return createCacheStore({
    ...same,
    ...(compress !== undefined && { compress: compress === true ? {} : compress }),
    // A store subscribes to its driver at once.
    ...(driver !== undefined && !dry && { driver }),
    onEvent,
  });
}
