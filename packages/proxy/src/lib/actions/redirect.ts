import { checkKeys, choiceOption, InvalidOptionsError, numberOption } from '@evenkeel/core';
import { failure } from '../errors/reason.ts';
import type { Middleware, RoutedRequest } from '../middleware/middleware.ts';
import { parseAuthority } from '../request/authority.ts';
import type { PathPattern } from '../routing/path-pattern.ts';
import { checkPrefix, joinPath } from './join-path.ts';
import { pathTemplate } from './path-template.ts';

/** Where to send clients. What is not given stays as the client asked for it. */
export interface RedirectOptions {
  /** 301, 302, 303, 307 or 308. @default 302 */
  readonly status?: 301 | 302 | 303 | 307 | 308;
  readonly scheme?: 'http' | 'https';
  /** A host name without port. */
  readonly host?: string;
  /** @default that of the scheme where scheme or host is given */
  readonly port?: number;
  /** Takes the place of what the route has matched. */
  readonly prefix?: string;
  /** The whole path, in which `{name}` stands for the parameter `:name` of the route. */
  readonly path?: string;
  /** Whether the query goes along. @default true */
  readonly keepQuery?: boolean;
}

const KEYS = {
  status: true,
  scheme: true,
  host: true,
  port: true,
  prefix: true,
  path: true,
  keepQuery: true,
} as const;
const STATUSES = [301, 302, 303, 307, 308];

/**
 * Makes middleware that redirects. Where neither scheme, host nor port is given, the location is a path alone, so that it leads
 * to the very place the client has asked.
 *
 * @throws InvalidOptionsError naming the field
 */
export function redirect(options: RedirectOptions, pattern: PathPattern, field: string): Middleware {
  checkKeys(field, options, KEYS);
  const { status = 302, host, keepQuery = true } = options;
  if (!STATUSES.includes(status))
    throw new InvalidOptionsError(`${field}.status`, status, `one of ${STATUSES.join(', ')}`);
  const named = typeof host === 'string' ? parseAuthority(host) : undefined;
  if (host !== undefined && (named === undefined || named.text !== named.hostname)) {
    throw new InvalidOptionsError(`${field}.host`, host, 'a host name in lower case, without port');
  }
  const origin = originOf(options, field);
  const pathOf = redirectedPath(options, pattern, field);
  return (request) => {
    const { path: target } = request;
    const at = target.indexOf('?');
    const path = pathOf(request, at === -1 ? target : target.slice(0, at));
    // A client takes what begins with two slashes for a host of somebody's choice.
    if (/^\/[/\\]/.test(path)) {
      request.fail(failure('bad-target'));
      return;
    }
    const query = at === -1 || !keepQuery ? '' : target.slice(at);
    request.respond(status, ['location', `${origin(request)}${path}${query}`, 'cache-control', 'no-store']);
  };
}

function originOf(options: RedirectOptions, field: string): (request: RoutedRequest) => string {
  const { scheme, host, port } = options;
  if (scheme !== undefined) choiceOption(`${field}.scheme`, scheme, 'http', ['http', 'https']);
  if (port !== undefined) numberOption(`${field}.port`, port, 0, { min: 1, max: 65_535, integer: true });
  if (scheme === undefined && host === undefined && port === undefined) return () => '';
  const suffix = port === undefined ? '' : `:${port}`;
  return ({ exchange, hostname = 'localhost' }) =>
    `${scheme ?? (exchange.encrypted ? 'https' : 'http')}://${host ?? hostname}${suffix}`;
}

function redirectedPath(
  { prefix, path }: RedirectOptions,
  pattern: PathPattern,
  field: string,
): (request: RoutedRequest, path: string) => string {
  if (prefix !== undefined && path !== undefined) {
    throw new InvalidOptionsError(field, { prefix, path }, 'prefix or path, not both');
  }
  if (prefix !== undefined) {
    const base = checkPrefix(prefix, `${field}.prefix`);
    return ({ matched }) => joinPath(base, matched.rest);
  }
  if (path !== undefined) {
    const template = pathTemplate(path, pattern, `${field}.path`);
    return ({ matched }) => template(matched.parameters);
  }
  return (_request, from) => from;
}
