import { InvalidOptionsError } from '@evenkeel/core';
import type { RequestSettings } from '@evenkeel/http-client';
import type { Dispatcher } from 'undici';
import type { Middleware } from '../middleware/middleware.ts';
import { middlewareOption } from '../middleware/middleware-option.ts';
import { PathTable } from './path-table.ts';
import type { RouteOptions } from './route-options.ts';

/** A route as the pipeline uses it. */
export interface Route {
  readonly name: string;
  readonly cluster: string;
  /** What the route sets for each of its requests. */
  readonly settings: RequestSettings | undefined;
  /** What requests go through before they are sent, that of the whole proxy first. */
  readonly middleware: readonly Middleware[];
  /** Answers requests before they are balanced. */
  readonly cache: Dispatcher.DispatcherComposeInterceptor | undefined;
}

/** Finds the route of a request. */
export interface RouteTable {
  /**
   * @param hostname lower case, without port; undefined matches `*` alone
   * @param path path and query as received: matched as it is, neither decoded nor normalised
   */
  find(hostname: string | undefined, path: string): Route | undefined;
}

const EXACT_HOST =
  /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*|\[[0-9a-f:.]+\])$/;
const HOST_RULE = 'a host name without port, "*.example.com" or "*"';
const PATH_RULE = 'a path that starts with "/" and has neither "?" nor "#"';

/** What a table of routes is part of. */
export interface RouteTableContext {
  /** Goes before the middleware of each route. @default none */
  readonly middleware?: readonly Middleware[];
  /** What the routes are called in errors. @default 'routes' */
  readonly field?: string;
}

/**
 * Compiles routes. A request is matched against its exact host, then wildcards from the longest to the shortest, then
 * `*`; in each against the longest path. A host whose paths do not match leaves the request to the next one.
 *
 * @throws InvalidOptionsError for no route at all, a bad host or path, two routes with the same match, or a name that `clusters` lacks
 */
export function routeTable(
  routes: readonly RouteOptions[],
  clusters: ReadonlySet<string>,
  { middleware: first = [], field = 'routes' }: RouteTableContext = {},
): RouteTable {
  const exact = new Map<string, PathTable<Route>>();
  const wildcard = new Map<string, PathTable<Route>>();
  const any = new PathTable<Route>();

  const tableOf = (host: string): PathTable<Route> => {
    if (host === '*') return any;
    const [map, key] = host.startsWith('*.') ? [wildcard, host.slice(1)] : [exact, host];
    const table = map.get(key) ?? new PathTable<Route>();
    map.set(key, table);
    return table;
  };
  if (!Array.isArray(routes) || routes.length === 0) {
    throw new InvalidOptionsError(field, routes, 'a list of routes, at least 1');
  }
  for (const [index, route] of routes.entries()) {
    const at = `${field}[${index}]`;
    if (typeof route !== 'object' || route === null) {
      throw new InvalidOptionsError(at, route, 'an object with a cluster');
    }
    const host = checkHost(route.match?.host ?? '*', `${at}.match.host`);
    const path = checkPath(route.match?.path ?? '/', `${at}.match.path`);
    if (!clusters.has(route.cluster)) {
      const known = [...clusters].map((name) => `"${name}"`).join(', ');
      throw new InvalidOptionsError(`${at}.cluster`, route.cluster, `one of ${known || '(no clusters)'}`);
    }
    const { cluster, name = `${host}${path}`, cache } = route;
    const middleware = [...first, ...middlewareOption(`${at}.middleware`, route.middleware)];
    const added = tableOf(host).add(path, { name, cluster, settings: settingsOf(route), middleware, cache });
    if (!added) {
      throw new InvalidOptionsError(`${at}.match`, `${host}${path}`, 'a match that no earlier route has');
    }
  }

  return {
    find(hostname, path) {
      const query = path.indexOf('?');
      const pathname = query === -1 ? path : path.slice(0, query);
      if (hostname !== undefined) {
        const found = exact.get(hostname)?.find(pathname);
        if (found !== undefined) return found;
        if (wildcard.size > 0) {
          for (let dot = hostname.indexOf('.'); dot > 0; dot = hostname.indexOf('.', dot + 1)) {
            const below = wildcard.get(hostname.slice(dot))?.find(pathname);
            if (below !== undefined) return below;
          }
        }
      }
      return any.find(pathname);
    },
  };
}

/** One object for all requests of the route: the client validates an object once. */
function settingsOf(route: RouteOptions): RequestSettings | undefined {
  const { retry, hedge, perTryTimeoutMs, overallTimeoutMs, bodyIdleTimeoutMs } = route;
  const settings = { retry, hedge, perTryTimeoutMs, overallTimeoutMs, bodyIdleTimeoutMs };
  return Object.values(settings).every((value) => value === undefined) ? undefined : settings;
}

function checkHost(host: string, field: string): string {
  const lower = typeof host === 'string' ? host.toLowerCase() : '';
  const name = lower.startsWith('*.') ? lower.slice(2) : lower;
  if (lower !== '*' && !EXACT_HOST.test(name)) throw new InvalidOptionsError(field, host, HOST_RULE);
  return lower;
}

function checkPath(path: string, field: string): string {
  if (typeof path !== 'string' || !/^\/[\x21-\x7e]*$/.test(path) || /[?#]/.test(path)) {
    throw new InvalidOptionsError(field, path, PATH_RULE);
  }
  return path;
}
