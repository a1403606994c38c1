import { randomBytes } from 'node:crypto';
import { checkKeys, InvalidOptionsError, type KnownKeys, numberOption } from '@evenkeel/core';
import type { Middleware, RoutedRequest } from './middleware.ts';
import { type KeySource, keyOf } from './request-key.ts';
import { addCookie, type CookieAttributes, type CookieWriter, cookieWriter } from './set-cookie.ts';
import { checkToken } from './token-list.ts';

/** Options of {@link hashBy}. */
export interface HashByOptions {
  /** Parts of a request; the first that is there is its key. */
  readonly keys: readonly KeySource[];
  /** Gives a cookie with a random value to clients that have no key, so that they have one from then on. @default none */
  readonly cookie?: HashCookie;
}

/** A cookie that is made where a request has no key. Its value counts after all `keys`. */
export interface HashCookie extends CookieAttributes {
  readonly name: string;
  /** How long clients keep it, in ms. @default until they are closed */
  readonly ttlMs?: number;
}

const KEYS: KnownKeys<HashByOptions> = { keys: true, cookie: true };

/**
 * Middleware that sets the key by which hashing strategies pick an endpoint, from the first part of a request that is there.
 *
 * @throws InvalidOptionsError for a part that is none, or no part at all
 */
export function hashBy(options: HashByOptions): Middleware {
  checkKeys('', options, KEYS);
  const { keys, cookie } = options;
  if (!Array.isArray(keys) || (keys.length === 0 && cookie === undefined)) {
    throw new InvalidOptionsError('keys', keys, 'a list of parts of a request, at least 1');
  }
  const made = cookie === undefined ? undefined : hashCookie(cookie);
  const sources = made === undefined ? keys : [...keys, { cookie: made.name }];
  const find = keyOf('keys', sources);
  return (request, next) => {
    request.hashKey = find(request) ?? (made === undefined ? request.hashKey : make(request, made.write));
    next();
  };
}

function hashCookie(cookie: HashCookie): { readonly name: string; readonly write: CookieWriter } {
  const { name, ttlMs, ...attributes } = cookie;
  checkToken('cookie.name', name);
  if (ttlMs !== undefined) numberOption('cookie.ttlMs', ttlMs, 0, { min: 1 });
  return { name, write: cookieWriter('cookie', name, attributes, ttlMs) };
}

function make(request: RoutedRequest, write: CookieWriter): string {
  const value = randomBytes(16).toString('base64url');
  request.onResponse(({ headers }) => addCookie(headers, write(request, value)));
  return value;
}
