import type { KeyValueStore } from '@evenkeel/cache';
import * as z from 'zod';
import { within } from '../build/within.ts';
import { oneOf, pattern } from '../schema/fields.ts';
import type { StoreContext, StoreDriver } from './driver.ts';
import { memcachedStore } from './memcached.ts';
import { redisStore } from './redis.ts';

const REDIS_URL = /^rediss?:\/\/\S+$/;
const WORDS = /^(?:memory|redis|memcached|rediss?:\/\/\S+|memcached:\/\/[^\s/,]+:\d+(?:,[^\s/,]+:\d+)*\/?)$/;
const MEMCACHED_URL = /^memcached:\/\/([^/]+)/;

/** Every kind of shared store by its key. A new one is a file of its own and a line here. */
const drivers = { redis: redisStore, memcached: memcachedStore } as const satisfies Readonly<
  Record<string, StoreDriver>
>;

const EXPECTED = `"memory", "redis", "memcached", "redis://host:port", "memcached://host:port,host:port", or an object with one of ${Object.keys(drivers).join(', ')}`;

/** Where responses are kept: in this process alone, or in a store that instances share. */
export const store: z.ZodType<string | Readonly<Record<string, unknown>>> = z
  .union(
    [
      pattern('A word or a URL.', WORDS, EXPECTED),
      oneOf('A store that instances share.', {
        redis: redisStore.schema.exactOptional(),
        memcached: memcachedStore.schema.exactOptional(),
      }),
    ],
    { error: EXPECTED },
  )
  .describe(
    'Where responses are kept: memory is this process alone, redis and memcached are on this machine at their usual port. Default memory.',
  );

/** What stands at `store`. */
export type StoreConfig = z.output<typeof store>;

/**
 * Builds the shared store of a checked configuration; undefined for the memory of this process.
 *
 * @throws OptionError for what only the store itself can check
 */
export function buildDriver(config: StoreConfig, context: StoreContext): KeyValueStore | undefined {
  const written = typeof config === 'string' ? ofWord(config) : config;
  if (written === undefined) return undefined;
  const [entry] = Object.entries(written);
  if (entry === undefined || !isKind(entry[0])) throw new TypeError('the configuration was not checked');
  const [kind, settings] = entry;
  const driver: StoreDriver = drivers[kind];
  const build = (): KeyValueStore => driver.build(settings, context);
  return typeof config === 'string' ? build() : within([kind], build);
}

/** The settings that a word or a URL stands for; undefined for memory. */
function ofWord(word: string): Readonly<Record<string, unknown>> | undefined {
  if (word === 'memory') return undefined;
  if (word === 'redis') return { redis: { url: 'redis://127.0.0.1:6379' } };
  if (REDIS_URL.test(word)) return { redis: { url: word } };
  const servers = MEMCACHED_URL.exec(word)?.[1] ?? '127.0.0.1:11211';
  return { memcached: { servers: servers.split(',') } };
}

function isKind(key: string): key is keyof typeof drivers {
  return Object.hasOwn(drivers, key);
}
