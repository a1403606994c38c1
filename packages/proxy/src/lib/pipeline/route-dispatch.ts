import { InvalidOptionsError } from '@evenkeel/core';
import type { Dispatcher } from 'undici';
import type { RouteOptions } from '../routing/route-options.ts';
import { soundResponses } from './sound-responses.ts';

type Dispatch = Dispatcher['dispatch'];

/** Sends the requests of a route, through its cache where it has one. */
export type RouteDispatch = (cache: RouteOptions['cache']) => Dispatch;

/**
 * Puts the caches of routes in front of a dispatcher. Routes with the same cache share what it knows of requests under way.
 *
 * @throws InvalidOptionsError naming the route whose cache is no interceptor
 */
export function routeDispatch(routes: readonly RouteOptions[], dispatcher: Dispatcher): RouteDispatch {
  const direct: Dispatch = (options, handler) => dispatcher.dispatch(options, handler);
  const below = soundResponses(direct);
  const cached = new Map<RouteOptions['cache'], Dispatch>();
  for (const [index, { cache }] of routes.entries()) {
    if (cache === undefined || cached.has(cache)) continue;
    const field = `routes[${index}].cache`;
    const expected = 'an interceptor, such as cache({ store }) of @evenkeel/cache';
    if (typeof cache !== 'function') throw new InvalidOptionsError(field, cache, expected);
    const dispatch: unknown = cache(below);
    if (!isDispatch(dispatch)) throw new InvalidOptionsError(field, cache, expected);
    cached.set(cache, dispatch);
  }
  return (cache) => cached.get(cache) ?? direct;
}

function isDispatch(value: unknown): value is Dispatch {
  return typeof value === 'function';
}
