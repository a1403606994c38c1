import type { KeyValueStore } from '@evenkeel/cache';
import * as z from 'zod';
import { within } from '../build/within.ts';
import { oneOf } from '../schema/fields.ts';
import type { StoreContext, StoreDriver } from './driver.ts';
import { memcachedStore } from './memcached.ts';
import { redisStore } from './redis.ts';

/** Every kind of shared store by its key. A new one is a file of its own and a line here. */
const drivers = { redis: redisStore, memcached: memcachedStore } as const satisfies Readonly<
  Record<string, StoreDriver>
>;

/** Where responses are kept: in this process alone, or in a store that instances share. */
export const store: z.ZodType<'memory' | Readonly<Record<string, unknown>>> = z
  .union(
    [
      z.literal('memory'),
      oneOf('A store that instances share.', {
        redis: redisStore.schema.exactOptional(),
        memcached: memcachedStore.schema.exactOptional(),
      }),
    ],
    { error: `"memory", or an object with one of ${Object.keys(drivers).join(', ')}` },
  )
  .describe('Where responses are kept. Default memory: in this process alone.');

/** What stands at `store`. */
export type StoreConfig = z.output<typeof store>;

/**
 * Builds the shared store of a checked configuration; undefined for the memory of this process.
 *
 * @throws OptionError for what only the store itself can check
 */
export function buildDriver(config: StoreConfig, context: StoreContext): KeyValueStore | undefined {
  if (config === 'memory') return undefined;
  const [entry] = Object.entries(config);
  if (entry === undefined || !isKind(entry[0])) throw new TypeError('the configuration was not checked');
  const [kind, settings] = entry;
  const driver: StoreDriver = drivers[kind];
  return within([kind], () => driver.build(settings, context));
}

function isKind(key: string): key is keyof typeof drivers {
  return Object.hasOwn(drivers, key);
}
