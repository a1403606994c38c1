import { checkKeys, InvalidOptionsError, type Random } from '@evenkeel/core';
import type { RequestSettings } from '@evenkeel/http-client';
import { type MirrorContext, mirror } from '../actions/mirror.ts';
import { redirect } from '../actions/redirect.ts';
import { respond } from '../actions/respond.ts';
import { rewrite } from '../actions/rewrite.ts';
import { split } from '../actions/split.ts';
import { headerRules } from '../headers/header-rules.ts';
import type { Middleware } from '../middleware/middleware.ts';
import { middlewareOption } from '../middleware/middleware-option.ts';
import { conditionOf } from './conditions.ts';
import { type PathPattern, pathPattern } from './path-pattern.ts';
import type { Route } from './route.ts';
import type { RouteMatch, RouteOptions } from './route-options.ts';

/** What a route is compiled with. */
export interface RouteContext {
  /** The names there are. */
  readonly clusters: ReadonlySet<string>;
  /** Goes before the middleware of the route. */
  readonly middleware: readonly Middleware[];
  readonly random: Random;
  /** How copies of requests are sent, and who hears of them. */
  readonly copies: Pick<MirrorContext, 'dispatch' | 'ended'>;
}

const MATCH_KEYS = {
  host: true,
  path: true,
  exact: true,
  methods: true,
  headers: true,
  query: true,
  cookies: true,
} as const satisfies Record<keyof RouteMatch, true>;

const ROUTE_KEYS = {
  match: true,
  cluster: true,
  split: true,
  redirect: true,
  respond: true,
  rewrite: true,
  requestHeaders: true,
  responseHeaders: true,
  mirror: true,
  name: true,
  cache: true,
  middleware: true,
  retry: true,
  hedge: true,
  perTryTimeoutMs: true,
  overallTimeoutMs: true,
  bodyIdleTimeoutMs: true,
} as const satisfies Record<keyof RouteOptions, true>;

const ACTIONS = ['cluster', 'split', 'redirect', 'respond'] as const;

/**
 * Compiles a route but for its host.
 *
 * @throws InvalidOptionsError naming the field
 */
export function compileRoute(route: RouteOptions, host: string, context: RouteContext, at: string): Route {
  checkKeys(at, route, ROUTE_KEYS, 'an object with a cluster');
  const { match = {}, cluster, cache } = route;
  checkKeys(`${at}.match`, match, MATCH_KEYS, 'an object that says which requests');
  const { path = '/', exact = false } = match;
  if (typeof exact !== 'boolean') throw new InvalidOptionsError(`${at}.match.exact`, exact, 'true or false');
  const pattern = pathPattern(path, exact, `${at}.match.path`);
  checkAction(route, at);
  checkCluster(cluster, context, `${at}.cluster`);
  checkCluster(route.mirror?.cluster, context, `${at}.mirror.cluster`);
  for (const [index, part] of (Array.isArray(route.split) ? route.split : []).entries()) {
    checkCluster(part?.cluster, context, `${at}.split[${index}].cluster`);
  }
  return {
    name: route.name ?? `${host}${path}`,
    pattern,
    condition: conditionOf(match, `${at}.match`),
    cluster,
    middleware: [...chain(route, pattern, context, at)],
    mirror:
      route.mirror && mirror(route.mirror, { ...context.copies, random: context.random }, `${at}.mirror`),
    settings: settingsOf(route),
    cache,
  };
}

/** All that requests of the route go through. */
function* chain(
  route: RouteOptions,
  pattern: PathPattern,
  context: RouteContext,
  at: string,
): Iterable<Middleware> {
  yield* context.middleware;
  if (route.responseHeaders !== undefined) {
    // First in the chain is last to see an answer.
    const change = headerRules(route.responseHeaders, `${at}.responseHeaders`);
    yield (request, next) => {
      request.onResponse(({ headers }) => change(headers));
      next();
    };
  }
  if (route.split !== undefined) yield split(route.split, context.random, `${at}.split`);
  yield* middlewareOption(`${at}.middleware`, route.middleware);
  if (route.rewrite !== undefined) yield rewrite(route.rewrite, pattern, `${at}.rewrite`);
  if (route.requestHeaders !== undefined) {
    const change = headerRules(route.requestHeaders, `${at}.requestHeaders`);
    yield (request, next) => {
      change(request.headers);
      next();
    };
  }
  if (route.redirect !== undefined) yield redirect(route.redirect, pattern, `${at}.redirect`);
  if (route.respond !== undefined) yield respond(route.respond, `${at}.respond`);
}

function checkAction(route: RouteOptions, at: string): void {
  const given = ACTIONS.filter((action) => route[action] !== undefined);
  if (given.length !== 1) {
    const got = given.length === 0 ? undefined : given.join(' and ');
    throw new InvalidOptionsError(at, got, `one of ${ACTIONS.join(', ')}`);
  }
  const own = given[0] === 'redirect' || given[0] === 'respond';
  for (const sending of ['mirror', 'rewrite', 'cache'] as const) {
    if (own && route[sending] !== undefined) {
      throw new InvalidOptionsError(
        `${at}.${sending}`,
        route[sending],
        `nothing beside ${given[0]}, which sends nothing`,
      );
    }
  }
}

function checkCluster(name: string | undefined, { clusters }: RouteContext, field: string): void {
  if (name === undefined || clusters.has(name)) return;
  const known = [...clusters].map((one) => `"${one}"`).join(', ');
  throw new InvalidOptionsError(field, name, `one of ${known || '(no clusters)'}`);
}

/** One object for all requests of the route: the client validates an object once. */
function settingsOf(route: RouteOptions): RequestSettings | undefined {
  const { retry, hedge, perTryTimeoutMs, overallTimeoutMs, bodyIdleTimeoutMs } = route;
  const settings = { retry, hedge, perTryTimeoutMs, overallTimeoutMs, bodyIdleTimeoutMs };
  return Object.values(settings).every((value) => value === undefined) ? undefined : settings;
}
