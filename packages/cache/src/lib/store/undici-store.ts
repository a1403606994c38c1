import { Writable } from 'node:stream';
import { emptyFields, type Fields, requestFields } from '../http/fields.ts';
import type { CacheKey, CacheResult, CacheValue, UndiciCacheStore } from '../undici-types.ts';
import type { CacheLookup, CacheStore } from './cache-store.ts';
import type { StoredResponse } from './stored-response.ts';

/** The three methods that undici's own interceptor calls. */
export function undiciStore(
  store: Pick<CacheStore, 'lookup' | 'put' | 'purge' | 'maxEntryBytes'>,
): UndiciCacheStore {
  /** undici hands the same key object to `get` and to `createWriteStream`: so what is stored belongs to its lookup. */
  const lookups = new WeakMap<CacheKey, CacheLookup>();
  const look = (key: CacheKey): CacheLookup | Promise<CacheLookup> =>
    store.lookup({ ...key, headers: requestFields(key.headers) });
  const remember = (key: CacheKey, lookup: CacheLookup): CacheResult | undefined => {
    lookups.set(key, lookup);
    return lookup.response === undefined ? undefined : resultOf(lookup.response);
  };

  return {
    get(key) {
      const lookup = look(key);
      return lookup instanceof Promise ? lookup.then((found) => remember(key, found)) : remember(key, lookup);
    },
    createWriteStream(key, value) {
      return collector(store.maxEntryBytes, async (body) => {
        const { slot } = lookups.get(key) ?? (await look(key));
        store.put(slot, responseOf(value, body));
      });
    },
    async delete({ origin, path }) {
      await store.purge(origin, path);
    },
  };
}

/** Collects a body. It takes every chunk at once, so that nobody waits for the store, and forgets a body that is too long. */
function collector(maxBytes: number, done: (body: Buffer) => Promise<void>): Writable {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Writable({
    highWaterMark: Number.MAX_SAFE_INTEGER,
    write(chunk: Buffer, _encoding, next) {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
      next();
    },
    final(next) {
      next();
      if (bytes <= maxBytes) void done(Buffer.concat(chunks));
    },
  });
}

function resultOf(response: StoredResponse): CacheResult {
  const { tags: _, body, vary, ...rest } = response;
  const etag = rest.headers.etag;
  return { ...rest, vary, body: [body], ...(typeof etag === 'string' ? { etag } : {}) };
}

function responseOf(value: CacheValue, body: Buffer): Omit<StoredResponse, 'tags'> {
  const headers = Object.assign(emptyFields(), value.headers) as Fields;
  const vary = Object.entries(value.vary ?? {}).map(
    ([name, wanted]) =>
      [name, Array.isArray(wanted) ? wanted.join(', ').trim() : (wanted?.trim() ?? null)] as const,
  );
  const { statusCode, statusMessage, cachedAt, staleAt, deleteAt, cacheControlDirectives = {} } = value;
  const policy = { cacheControlDirectives, cachedAt, staleAt, deleteAt };
  return { statusCode, statusMessage, headers, vary: Object.fromEntries(vary.sort()), ...policy, body };
}
