import { checkKeys, InvalidOptionsError } from '@evenkeel/core';
import { failure } from '../errors/reason.ts';
import type { Middleware, RoutedRequest } from '../middleware/middleware.ts';
import { parseAuthority } from '../request/authority.ts';
import { hasDotSegment } from '../request/dot-segments.ts';
import { parseTarget } from '../request/target.ts';
import type { PathPattern } from '../routing/path-pattern.ts';
import { checkPrefix, joinPath } from './join-path.ts';
import { pathTemplate } from './path-template.ts';

/** Another path, by one of `prefix`, `path` and `regex`, and another host. The query stays but where `regex` changes it. */
export interface RewriteOptions {
  /** Takes the place of what the route has matched: on `/api`, the prefix `/` makes `/users` of `/api/users`. */
  readonly prefix?: string;
  /** The whole path, in which `{name}` stands for the parameter `:name` of the route. */
  readonly path?: string;
  /** What to replace in path and query, all of it where it has the flag `g`. Needs `replacement`. */
  readonly regex?: RegExp | string;
  /** Takes its place; `$1` is the first group. */
  readonly replacement?: string;
  /** The `Host` to send. @default as the cluster says */
  readonly host?: string;
}

const KEYS = { prefix: true, path: true, regex: true, replacement: true, host: true } as const;

/** Makes path and query to send of a request; the path is known to have no dot segment. */
type PathRewrite = (request: RoutedRequest, path: string, query: string) => string;

/**
 * Makes middleware that rewrites where requests go. One whose path has a dot segment, in whatever disguise, is answered 400, as
 * it could leave the place it is rewritten to.
 *
 * @throws InvalidOptionsError naming the field
 */
export function rewrite(options: RewriteOptions, pattern: PathPattern, field: string): Middleware {
  checkKeys(field, options, KEYS);
  const { host } = options;
  if (host !== undefined && (typeof host !== 'string' || parseAuthority(host) === undefined)) {
    throw new InvalidOptionsError(`${field}.host`, host, 'a host with or without a port');
  }
  const rewritten = pathRewrite(options, pattern, field);
  return (request, next) => {
    if (host !== undefined) request.headers.set('host', host);
    if (rewritten !== undefined) {
      const at = request.path.indexOf('?');
      const path = at === -1 ? request.path : request.path.slice(0, at);
      const result = hasDotSegment(path)
        ? undefined
        : rewritten(request, path, at === -1 ? '' : request.path.slice(at));
      if (
        result === undefined ||
        !result.startsWith('/') ||
        parseTarget(request.method, result) === undefined
      ) {
        request.fail(failure('bad-target'));
        return;
      }
      request.path = result;
    }
    next();
  };
}

function pathRewrite(options: RewriteOptions, pattern: PathPattern, field: string): PathRewrite | undefined {
  const { prefix, path, regex, replacement, host } = options;
  const ways = [prefix, path, regex].filter((way) => way !== undefined).length;
  if (
    ways > 1 ||
    (ways === 0 && host === undefined) ||
    (regex === undefined) !== (replacement === undefined)
  ) {
    throw new InvalidOptionsError(field, options, 'one of prefix, path, or regex with replacement; or host');
  }
  if (prefix !== undefined) {
    const base = checkPrefix(prefix, `${field}.prefix`);
    return ({ matched }, _path, query) => joinPath(base, matched.rest) + query;
  }
  if (path !== undefined) {
    const template = pathTemplate(path, pattern, `${field}.path`);
    return ({ matched }, _path, query) => {
      const made = template(matched.parameters);
      return made.includes('?') && query !== '' ? `${made}&${query.slice(1)}` : made + query;
    };
  }
  if (regex === undefined || replacement === undefined) return undefined;
  const compiled = compile(regex, `${field}.regex`);
  if (typeof replacement !== 'string') {
    throw new InvalidOptionsError(`${field}.replacement`, replacement, 'a string');
  }
  return (_request, from, query) => `${from}${query}`.replace(compiled, replacement);
}

function compile(regex: RegExp | string, field: string): RegExp {
  try {
    return typeof regex === 'string' ? new RegExp(regex, 'u') : new RegExp(regex);
  } catch (error) {
    throw new InvalidOptionsError(field, regex, `a regular expression: ${(error as Error).message}`);
  }
}
