import type { Discovery } from '@evenkeel/core';
import type * as z from 'zod';

/** What a driver may use to build its discovery. */
export interface DiscoveryContext {
  /** Relative paths start here: the folder of the configuration file. */
  readonly baseDir: string;
  /** Builds a discovery that is part of another. */
  build(config: unknown): Discovery;
  /** What is suspicious about a discovery that is part of another. */
  warn(config: unknown): Iterable<DiscoveryWarning>;
}

/** Something that is allowed but probably not meant. */
export interface DiscoveryWarning {
  /** Where it stands, below the discovery. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** One kind of discovery, under its key in the configuration. */
export interface DiscoveryDriver<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  build(config: z.output<S>, context: DiscoveryContext): Discovery;
  /** Finds what is suspicious. @default nothing */
  warn?(config: z.output<S>, context: DiscoveryContext): Iterable<DiscoveryWarning>;
}

/** Ties the type of a driver's configuration to its schema. */
export function discoveryDriver<S extends z.ZodType>(driver: DiscoveryDriver<S>): DiscoveryDriver<S> {
  return driver;
}
