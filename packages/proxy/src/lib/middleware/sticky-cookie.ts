import { checkKeys, InvalidOptionsError, type KnownKeys, numberOption } from '@evenkeel/core';
import { cookieValues } from '../headers/cookies.ts';
import type { Middleware } from './middleware.ts';
import { addCookie, type CookieAttributes, cookieWriter, dropCookie } from './set-cookie.ts';
import { tokenSigner } from './signed-token.ts';
import { checkToken } from './token-list.ts';

/** Options of {@link stickyCookie}. */
export interface StickyCookieOptions {
  /**
   * The token by which the strategy `sticky` knows an endpoint: `(id) => stickyToken(id, secret)` of `@evenkeel/strategies`, with the
   * secret of that strategy. It is in the cookie, so without a secret the address of the endpoint can be guessed from it.
   */
  readonly token: (endpointId: string, cluster: string) => string;
  /** Sign the cookie: the first signs, all are accepted, so that they can be changed without losing sessions. At least 16 characters each. */
  readonly secrets: readonly string[];
  /** @default 'evenkeel' */
  readonly name?: string;
  /** How long a cookie leads to its endpoint, in ms; renewed when half of it is over. @default until the client is closed */
  readonly ttlMs?: number;
  /** What the cookie has besides. @default see CookieAttributes */
  readonly attributes?: CookieAttributes;
  /** Whether the cookie goes upstream as well. @default false */
  readonly forward?: boolean;
  /** The time, in ms since 1970. @default Date.now */
  readonly now?: () => number;
}

const KEYS: KnownKeys<StickyCookieOptions> = {
  token: true,
  secrets: true,
  name: true,
  ttlMs: true,
  attributes: true,
  forward: true,
  now: true,
};

/**
 * Middleware for sticky sessions: a signed cookie leads a client to the endpoint that answered it before, through a cluster whose strategy is
 * `sticky`. Where another endpoint answers, as the first is gone, the cookie follows. Answers that set it are kept out of shared
 * caches; answers with a status of 500 or more do not set it.
 *
 * @throws InvalidOptionsError for an option that is none of its kind
 */
export function stickyCookie(options: StickyCookieOptions): Middleware {
  checkKeys('', options, KEYS);
  const { token, ttlMs, attributes = {}, forward = false, now = Date.now } = options;
  if (typeof token !== 'function') throw new InvalidOptionsError('token', token, 'a function');
  if (typeof forward !== 'boolean') throw new InvalidOptionsError('forward', forward, 'true or false');
  const name = checkToken('name', options.name ?? 'evenkeel');
  if (ttlMs !== undefined) numberOption('ttlMs', ttlMs, 0, { min: 1_000 });
  const signer = tokenSigner(options.secrets, `sticky ${name}`);
  const write = cookieWriter('attributes', name, attributes, ttlMs);
  const tokenOf = remembered(token);
  const ttlS = ttlMs === undefined ? undefined : Math.ceil(ttlMs / 1_000);

  return (request, next) => {
    const { headers } = request;
    const nowS = Math.floor(now() / 1_000);
    const [value] = cookieValues(headers.raw, name);
    const known = value === undefined ? undefined : signer.check(value, nowS);
    if (known !== undefined) request.hashKey = known.token;
    if (value !== undefined && !forward) dropCookie(headers, name);
    const isFresh =
      known !== undefined && (ttlS === undefined ? known.expiresAt === 0 : known.expiresAt - nowS > ttlS / 2);
    request.onResponse((head) => {
      const { endpoint, cluster } = request;
      if (endpoint === undefined || cluster === undefined || head.status >= 500) return;
      const current = tokenOf(endpoint, cluster);
      if (isFresh && known.token === current) return;
      const signed = signer.sign(current, ttlS === undefined ? 0 : nowS + ttlS);
      addCookie(head.headers, write(request, signed));
    });
    next();
  };
}

const MAX_REMEMBERED = 10_000;

/** Making a token takes microseconds, and endpoints are few. */
function remembered(token: StickyCookieOptions['token']): StickyCookieOptions['token'] {
  const known = new Map<string, string>();
  return (endpoint, cluster) => {
    const key = `${cluster} ${endpoint}`;
    const found = known.get(key) ?? token(endpoint, cluster);
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(key, found);
    return found;
  };
}
