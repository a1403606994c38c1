import type { Middleware } from '@evenkeel/proxy';
import * as z from 'zod';
import { within } from '../build/within.ts';
import { orOff } from '../schema/fields.ts';
import { bodyLimitDriver } from './body-limit.ts';
import { compressDriver } from './compress.ts';
import { concurrencyLimitDriver } from './concurrency-limit.ts';
import { corsDriver } from './cors.ts';
import type { MiddlewareContext, MiddlewareDriver } from './driver.ts';
import { hashByDriver } from './hash-by.ts';
import { ipFilterDriver } from './ip-filter.ts';
import { rateLimitDriver } from './rate-limit.ts';
import { stickyCookieDriver } from './sticky-cookie.ts';

/**
 * Every middleware by its key, in the order in which a request goes through them; answers come back the other way. A new one
 * is a file of its own and a line here.
 */
const drivers = {
  cors: corsDriver,
  ipFilter: ipFilterDriver,
  rateLimit: rateLimitDriver,
  concurrencyLimit: concurrencyLimitDriver,
  bodyLimit: bodyLimitDriver,
  hashBy: hashByDriver,
  stickyCookie: stickyCookieDriver,
  compress: compressDriver,
} as const satisfies Readonly<Record<string, MiddlewareDriver>>;

/** The key of a middleware. */
export type MiddlewareName = keyof typeof drivers;

/** The keys in order. */
export const middlewareNames = Object.keys(drivers) as MiddlewareName[];

/** The settings of middleware by key; false turns off for a route what all routes have. */
export type MiddlewareConfig = { readonly [Name in MiddlewareName]?: unknown };

type Shape = Readonly<Record<MiddlewareName, z.ZodExactOptional<z.ZodType<unknown>>>>;

/** The keys of a route. */
export const routeMiddleware = shapeOf(middlewareNames, (schema) =>
  orOff(schema).describe(`${schema.description} False where only other routes have it.`),
);

/** The keys of the whole proxy. */
export const proxyMiddleware = shapeOf(
  middlewareNames.filter((name) => (drivers[name] as MiddlewareDriver).routeOnly !== true),
  (schema) => schema,
);

/**
 * Builds one middleware of a checked configuration.
 *
 * @throws OptionError for what only the middleware itself can check
 */
export function buildMiddleware(
  name: MiddlewareName,
  config: unknown,
  context: MiddlewareContext,
): readonly Middleware[] {
  const driver: MiddlewareDriver = drivers[name];
  return [within([name], () => driver.build(config, context))].flat();
}

function shapeOf(names: readonly MiddlewareName[], make: (schema: z.ZodType) => z.ZodType): Shape {
  return Object.fromEntries(
    names.map((name) => [name, z.exactOptional(make(drivers[name].schema))]),
  ) as Shape;
}
