import type { Middleware } from '@evenkeel/proxy';
import type * as z from 'zod';
import type { ClusterConfig } from '../schema/cluster.ts';

/** What a driver may use to build its middleware. */
export interface MiddlewareContext {
  /** Relative paths start here: the folder of the configuration file. */
  readonly baseDir: string;
  /** Asks no server: only the options are of interest. */
  readonly dry: boolean;
  readonly clusters: Readonly<Record<string, ClusterConfig>>;
  /** Hears of what goes wrong while requests go on. */
  readonly onError: (error: unknown) => void;
  /** Keeps what is to be called when the proxy has ended. */
  onClose(close: () => Promise<void>): void;
}

/** One middleware, under its key in the configuration. */
export interface MiddlewareDriver<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  /** Whether the key stands for single routes alone, and not for all of them together. @default false */
  readonly routeOnly?: boolean;
  /** Builds it, or several that a request goes through in order. */
  build(config: z.output<S>, context: MiddlewareContext): Middleware | readonly Middleware[];
}

/** Ties the type of a driver's configuration to its schema. */
export function middlewareDriver<S extends z.ZodType>(driver: MiddlewareDriver<S>): MiddlewareDriver<S> {
  return driver;
}
