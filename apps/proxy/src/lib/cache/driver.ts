import type { KeyValueStore } from '@evenkeel/cache';
import type * as z from 'zod';

/** What a driver may use to build its store. */
export interface StoreContext {
  /** Relative paths start here: the folder of the configuration file. */
  readonly baseDir: string;
}

/** One kind of store that instances share, under its key in the configuration. */
export interface StoreDriver<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  /** Builds the store; nothing is asked of it yet. */
  build(config: z.output<S>, context: StoreContext): KeyValueStore;
}

/** Ties the type of a driver's configuration to its schema. */
export function storeDriver<S extends z.ZodType>(driver: StoreDriver<S>): StoreDriver<S> {
  return driver;
}
