import * as z from 'zod';
import { count, flag, list, ms, object, pattern, ratio } from '../schema/fields.ts';
import { store } from './registry.ts';

const fields = (description: string) =>
  list(
    description,
    'field names in lower case',
    pattern('A field name.', /^[!#$%&'*+\-.^_`|~0-9a-z]+$/, 'a field name in lower case'),
    { min: 0 },
  );

/** What the store of a cache can have, beside where it is. */
export const storeSettings = {
  prefix: pattern(
    'Begins every key: proxies with the same one share their responses. Default cache.',
    /^[\w.-]{1,32}$/,
    '1 to 32 letters, digits, "-", "_" or "."',
  ).exactOptional(),
  memoryBytes: count('Responses kept in this process. Default 67108864.').exactOptional(),
  maxEntryBytes: count('The longest response that is stored. Default 4194304.', { min: 1 }).exactOptional(),
  maxTtlMs: ms('The longest time a response is kept. Default 604800000.', { min: 1 }).exactOptional(),
  compress: z
    .union(
      [
        z.boolean({ error: 'true or false' }),
        object('From how many bytes on.', { minBytes: count('Default 1024.').exactOptional() }),
      ],
      { error: 'true, false or an object with minBytes' },
    )
    .describe('Compresses text in the shared store with zstd. Default false.')
    .exactOptional(),
  timeoutMs: ms('How long the shared store may take before a request goes on without it. Default 25.', {
    min: 1,
  }).exactOptional(),
  failureThreshold: count('Failures in a row after which the store is left alone. Default 3.', {
    min: 1,
  }).exactOptional(),
  probeMs: ms('How often it is asked then. Default 500.', { min: 1 }).exactOptional(),
  trustMs: ms(
    'How late a purge may be seen while messages of others arrive and one is lost. Default 5000.',
  ).exactOptional(),
  blindTrustMs: ms('How late a purge may be seen without messages. Default 100.').exactOptional(),
  downTtlMs: ms(
    'How long a response is kept in this process that is fetched while the shared store is down; 0 keeps none. Default 5000.',
  ).exactOptional(),
  maxPendingBytes: count('What may wait to be written. Default 33554432.', { min: 1 }).exactOptional(),
  lockMs: ms('How long one instance may hold others off. Default 10000.', { min: 1 }).exactOptional(),
  tagFields: fields(
    'Response fields that carry tags. Default ["cache-tag", "surrogate-key"].',
  ).exactOptional(),
  prefixDepth: count('How many segments of a path can be purged as a prefix. Default 3.', {
    max: 16,
  }).exactOptional(),
  keyFields: fields(
    'Request fields that are part of the key. Default x-forwarded-host and the like.',
  ).exactOptional(),
};

/** What the cache itself can have. */
export const cacheSettings = {
  cacheStatus: flag('Whether responses say in Cache-Status what was done. Default true.').exactOptional(),
  targetedFields: fields(
    'Response fields that speak to this cache alone. Default ["cdn-cache-control"].',
  ).exactOptional(),
  heuristic: object('Guesses a lifetime where a response gives none. Default none is guessed.', {
    ratio: ratio('Share of the time since Last-Modified. Default 0.1.').exactOptional(),
    maxMs: ms('Default 86400000.').exactOptional(),
  }).exactOptional(),
  honourRequest: flag('Whether clients may demand fresh answers. Default true.').exactOptional(),
  collapseMs: ms('How long a request waits for another that fetches the same. Default 5000.').exactOptional(),
  pollMs: ms('How often the store is asked whether another instance has fetched it. Default 20.', {
    min: 1,
  }).exactOptional(),
  keepStaleMs: ms('How long a stale response with a validator is kept. Default 3600000.').exactOptional(),
};

/** The cache of a route. */
export const cache = object('Keeps responses that may be shared.', {
  store: store.exactOptional(),
  ...storeSettings,
  ...cacheSettings,
});

export type CacheConfig = z.output<typeof cache>;
