import type { WhyNotStored } from '../http/storability.ts';
import type { CacheKey, UndiciCacheStore } from '../undici-types.ts';
import type { StoredResponse } from './stored-response.ts';

/** Where the response to one request is or would be; belongs to one lookup. */
export interface CacheSlot {
  readonly key: CacheKey;
  /** Requests that may share one fetch have the same name here. */
  readonly flight: string;
  /** Whether a response could be stored: false while the shared store is down. */
  readonly storable: boolean;
  /** Purges heard of before the lookup. */
  readonly epoch: number;
  /** Whether other instances can see what is stored, and can be held off meanwhile. */
  readonly shared: boolean;
}

/** What a store knows of a request. */
export interface CacheLookup {
  readonly slot: CacheSlot;
  /** Fresh or stale. */
  readonly response?: StoredResponse;
  /** Why there is none; `miss` when the shared store could not be asked. */
  readonly miss: 'uri-miss' | 'vary-miss' | 'miss';
}

/** What a purge did. */
export interface PurgeResult {
  /**
   * False when the shared store could not be told: this instance uses nothing of what was purged, and tells the store as soon as
   * it is back.
   */
  readonly shared: boolean;
}

/** The shared responses: a cache store for undici's own interceptor, with purges, and what `cache()` needs besides. */
export interface CacheStore extends UndiciCacheStore, AsyncDisposable {
  /** Bytes and number of the responses in this process. */
  readonly memory: { readonly bytes: number; readonly count: number };
  /** Whether there is a shared store and it is left alone, as it failed. */
  readonly down: boolean;
  /** The longest response that is stored, in bytes. */
  readonly maxEntryBytes: number;
  /** Finds the response to a request: at once when this process knows it. Never rejects. */
  lookup(key: CacheKey): CacheLookup | Promise<CacheLookup>;
  /** Why a response with a body of so many bytes could not be stored now; undefined when it could. */
  whyNotStored(slot: CacheSlot, bytes: number): WhyNotStored | undefined;
  /** Stores a complete response; the shared store gets it later. Says whether it was taken. */
  put(slot: CacheSlot, response: Omit<StoredResponse, 'tags'>): boolean;
  /** Claims the right to fetch a response for all instances; false when another one holds it. */
  claim(slot: CacheSlot): Promise<boolean>;
  /** Gives the right back, once what was put into the slot can be read. */
  release(slot: CacheSlot): void;
  /** Whether another instance holds the right. */
  claimed(slot: CacheSlot): Promise<boolean>;
  /** Drops all variants of a URL, with its query. @throws InvalidOptionsError when it is no absolute URL */
  purgeUrl(url: string | URL): Promise<PurgeResult>;
  /**
   * Drops all below a URL that ends with a slash, at most `prefixDepth` segments deep.
   * @throws InvalidOptionsError for another URL
   */
  purgePrefix(url: string | URL): Promise<PurgeResult>;
  /** Drops every response that carries at least one of the tags. */
  purgeTags(tags: readonly string[]): Promise<PurgeResult>;
  /** Drops everything. */
  purgeAll(): Promise<PurgeResult>;
  /** Drops one resource of an origin, by its path as requests have it. */
  purge(origin: string, path: string): Promise<PurgeResult>;
  /** Resolves when all that was put or purged has reached the shared store, or has been given up. */
  settled(): Promise<void>;
  /** Writes what waits, as far as the time limit allows, and closes the driver. */
  close(): Promise<void>;
}
