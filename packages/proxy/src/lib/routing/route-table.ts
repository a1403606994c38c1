import { InvalidOptionsError } from '@evenkeel/core';
import type { Exchange } from '../exchange.ts';
import { compileRoute, type RouteContext } from './compile-route.ts';
import { PathTree } from './path-tree.ts';
import type { Route } from './route.ts';
import type { RouteOptions } from './route-options.ts';

/** Finds the route of a request. */
export interface RouteTable {
  /**
   * @param hostname lower case, without port; undefined matches `*` alone
   * @param path path and query to match: as they are, neither decoded nor normalised
   */
  find(hostname: string | undefined, path: string, exchange: Exchange): Route | undefined;
  /** Whether there is a route for requests to this host, whatever else it asks of them. */
  serves(hostname: string | undefined): boolean;
}

const EXACT_HOST =
  /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*|\[[0-9a-f:.]+\])$/;
const HOST_RULE = 'a host name without port, "*.example.com" or "*"';

/**
 * Compiles routes. A request is matched against its exact host, then wildcards from the longest to the shortest, then `*`; in
 * each against the most specific path, and there against the first route whose conditions hold. Where none does, the request
 * is left to the next path and the next host.
 *
 * @throws InvalidOptionsError for no route at all, anything wrong in one, and a route that an earlier one hides
 */
export function routeTable(
  routes: readonly RouteOptions[],
  context: RouteContext,
  field = 'routes',
): RouteTable {
  const exact = new Map<string, PathTree<Route>>();
  const wildcard = new Map<string, PathTree<Route>>();
  const any = new PathTree<Route>();
  const unconditional = new Set<string>();
  let servesAny = false;

  const treeOf = (host: string): PathTree<Route> => {
    if (host === '*') {
      servesAny = true;
      return any;
    }
    const [map, key] = host.startsWith('*.') ? [wildcard, host.slice(1)] : [exact, host];
    const tree = map.get(key) ?? new PathTree<Route>();
    map.set(key, tree);
    return tree;
  };
  if (!Array.isArray(routes) || routes.length === 0) {
    throw new InvalidOptionsError(field, routes, 'a list of routes, at least 1');
  }
  for (const [index, options] of routes.entries()) {
    const at = `${field}[${index}]`;
    const host = checkHost(options?.match?.host ?? '*', `${at}.match.host`);
    const route = compileRoute(options, host, context, at);
    const { segments, ending } = route.pattern;
    const key = `${host}/${segments.map((segment) => segment ?? ':').join('/')} ${ending}`;
    if (unconditional.has(key)) {
      const got = `${host}${options.match?.path ?? '/'}`;
      throw new InvalidOptionsError(`${at}.match`, got, 'a match that no earlier route has');
    }
    if (route.condition === undefined) unconditional.add(key);
    treeOf(host).add(route.pattern, route);
  }

  return {
    find(hostname, path, exchange) {
      const at = path.indexOf('?');
      const pathname = at === -1 ? path : path.slice(0, at);
      const query = at === -1 ? '' : path.slice(at + 1);
      const accept = ({ condition }: Route): boolean => condition === undefined || condition(exchange, query);
      if (hostname !== undefined) {
        const found = exact.get(hostname)?.find(pathname, accept);
        if (found !== undefined) return found;
        if (wildcard.size > 0) {
          for (let dot = hostname.indexOf('.'); dot > 0; dot = hostname.indexOf('.', dot + 1)) {
            const below = wildcard.get(hostname.slice(dot))?.find(pathname, accept);
            if (below !== undefined) return below;
          }
        }
      }
      return any.find(pathname, accept);
    },
    serves(hostname) {
      if (servesAny || hostname === undefined || exact.has(hostname)) return true;
      for (let dot = hostname.indexOf('.'); dot > 0; dot = hostname.indexOf('.', dot + 1)) {
        if (wildcard.has(hostname.slice(dot))) return true;
      }
      return false;
    },
  };
}

function checkHost(host: string, field: string): string {
  const lower = typeof host === 'string' ? host.toLowerCase() : '';
  const name = lower.startsWith('*.') ? lower.slice(2) : lower;
  if (lower !== '*' && !EXACT_HOST.test(name)) throw new InvalidOptionsError(field, host, HOST_RULE);
  return lower;
}
