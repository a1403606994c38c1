import type { Middleware } from '@evenkeel/proxy';
import type { MiddlewareContext } from '../middleware/driver.ts';
import { buildMiddleware, type MiddlewareConfig, middlewareNames } from '../middleware/registry.ts';
import { within } from './within.ts';

/** What the middleware of a configuration needs beside it. */
export type MiddlewareSources = Omit<MiddlewareContext, 'onClose'>;

/** The middleware of a proxy. */
export interface BuiltMiddleware {
  /** What requests go through that no route matches. */
  readonly unrouted: readonly Middleware[];
  /** What the requests of a route go through: its own, and that of the whole proxy where it has none. */
  of(index: number, route: MiddlewareConfig): readonly Middleware[];
  close(): Promise<void>;
}

/**
 * Builds the middleware of a checked configuration. What the whole proxy has is built once: its limits hold for all routes
 * together.
 *
 * @param whole the settings of the whole proxy
 * @throws OptionError for what only middleware itself can check
 */
export function createMiddleware(whole: MiddlewareConfig, sources: MiddlewareSources): BuiltMiddleware {
  const closers: (() => Promise<void>)[] = [];
  const context: MiddlewareContext = { ...sources, onClose: (close) => void closers.push(close) };
  const shared = new Map(
    middlewareNames
      .filter((name) => whole[name] !== undefined)
      .map((name) => [name, buildMiddleware(name, whole[name], context)] as const),
  );
  return {
    unrouted: [...shared.values()].flat().map(
      (middleware): Middleware =>
        (request, next) =>
          request.route === undefined ? middleware(request, next) : next(),
    ),
    of: (index, route) =>
      middlewareNames.flatMap((name) => {
        const own = route[name];
        if (own === false) return [];
        if (own !== undefined) return within(['routes', index], () => buildMiddleware(name, own, context));
        return shared.get(name) ?? [];
      }),
    async close() {
      await Promise.all(closers.map((close) => close()));
    },
  };
}
