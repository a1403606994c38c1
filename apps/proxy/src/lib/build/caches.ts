import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type CacheStore, cache, createCacheStore, type StoreEvent } from '@evenkeel/cache';
import type { RouteOptions } from '@evenkeel/proxy';
import { buildDriver } from '../cache/registry.ts';
import { type CacheConfig, cacheSettings, storeSettings } from '../cache/schema.ts';
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
  of(config: CacheConfig): NonNullable<RouteOptions['cache']>;
  /** Those of all routes. */
  readonly stores: readonly CacheStore[];
  close(): Promise<void>;
}

type Interceptor = ReturnType<typeof cache>;

const STORE_KEYS = Object.keys(storeSettings) as (keyof typeof storeSettings)[];
const CACHE_KEYS = Object.keys(cacheSettings) as (keyof typeof cacheSettings)[];

/**
 * Makes the caches of a checked configuration. Routes whose stores have the same settings share one: its memory, its connections,
 * and what a request of one of them drops.
 */
export function createCaches(sources: CacheSources): Caches {
  const stores: { readonly settings: CacheConfig; readonly store: CacheStore }[] = [];
  const interceptors: { readonly config: CacheConfig; readonly interceptor: Interceptor }[] = [];
  const storeOf = (config: CacheConfig): CacheStore => {
    const settings = pick(config, ['store', ...STORE_KEYS]);
    const known = stores.find((one) => isDeepStrictEqual(one.settings, settings));
    if (known !== undefined) return known.store;
    const store = buildStore(config, sources);
    stores.push({ settings, store });
    return store;
  };
  return {
    of(config) {
      const known = interceptors.find((one) => isDeepStrictEqual(one.config, config));
      if (known !== undefined) return known.interceptor;
      const store = storeOf(config);
      const interceptor = cache({ ...pick(config, CACHE_KEYS), store, name: sources.name });
      interceptors.push({ config, interceptor });
      return interceptor;
    },
    get stores() {
      return stores.map(({ store }) => store);
    },
    async close() {
      await Promise.all(stores.map(({ store }) => store.close()));
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
