import type { Middleware } from '@evenkeel/proxy';
import type { MiddlewareContext } from '../middleware/driver.ts';
import { buildMiddleware, type MiddlewareConfig, middlewareNames } from '../middleware/registry.ts';
import { type Kept, kept } from './kept.ts';
import { within } from './within.ts';

/** What the middleware of a configuration needs beside it. */
export type MiddlewareSources = Omit<MiddlewareContext, 'onClose'>;

/** The middleware of a proxy. */
export interface BuiltMiddleware {
  /** What requests go through that no route matches. */
  readonly unrouted: readonly Middleware[];
  /** What the requests of a route go through: its own, and that of the whole proxy where it has none. */
  of(index: number, route: RouteMiddleware): readonly Middleware[];
  readonly parts: Kept<object, MiddlewarePart>;
  /** @param except whose middleware stays in use */
  close(except?: readonly BuiltMiddleware[]): Promise<void>;
}

/** The middleware of a route, and what the route is known by. */
export type RouteMiddleware = MiddlewareConfig & { readonly match?: unknown };

/** What one key of the configuration stands for. */
export interface MiddlewarePart {
  readonly middleware: readonly Middleware[];
  close(): Promise<void>;
}

/**
 * Builds the middleware of a checked configuration. What the whole proxy has is built once: its limits hold for all routes
 * together.
 *
 * @param whole the settings of the whole proxy
 * @param before whose middleware is taken over, with what it counts, where place and settings are the same
 * @throws OptionError for what only middleware itself can check
 */
export function createMiddleware(
  whole: MiddlewareConfig,
  sources: MiddlewareSources,
  before?: BuiltMiddleware,
): BuiltMiddleware {
  const parts = kept(before?.parts);
  // All that middleware asks of clusters.
  const strategies = Object.entries(sources.clusters).map(([name, { strategy }]) => [name, strategy]);
  const build = (
    name: keyof MiddlewareConfig & string,
    settings: unknown,
    place: unknown,
  ): readonly Middleware[] =>
    parts.of({ name, settings, place, strategies }, () => {
      const closers: (() => Promise<void>)[] = [];
      const context: MiddlewareContext = { ...sources, onClose: (close) => void closers.push(close) };
      return {
        middleware: [buildMiddleware(name, settings, context)].flat(),
        async close() {
          await Promise.all(closers.map((close) => close()));
        },
      };
    }).middleware;
  const shared = new Map(
    middlewareNames
      .filter((name) => whole[name] !== undefined)
      .map((name) => [name, build(name, whole[name], 'everywhere')] as const),
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
        if (own !== undefined)
          return within(['routes', index], () => build(name, own, { match: route.match }));
        return shared.get(name) ?? [];
      }),
    parts,
    async close(except = []) {
      const over = parts.without(except.map((other) => other.parts));
      await Promise.all(over.map((part) => part.close()));
    },
  };
}
