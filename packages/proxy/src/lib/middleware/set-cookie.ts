import { checkKeys, choiceOption, InvalidOptionsError, type KnownKeys } from '@evenkeel/core';
import type { HeaderFields } from '../headers/header-fields.ts';
import type { RoutedRequest } from './middleware.ts';

/** What a cookie has beside name and value (RFC 6265 §4.1.2, and `SameSite` as browsers know it). */
export interface CookieAttributes {
  /** @default '/' */
  readonly path?: string;
  /** @default the host alone that the client asked */
  readonly domain?: string;
  /** Whether it goes over TLS alone. @default as the request came; true with `sameSite: 'none'` */
  readonly secure?: boolean;
  /** Whether scripts cannot read it. @default true */
  readonly httpOnly?: boolean;
  /** @default 'lax' */
  readonly sameSite?: 'lax' | 'strict' | 'none';
}

/** Writes `Set-Cookie` values. */
export type CookieWriter = (request: RoutedRequest, value: string) => string;

const KEYS: KnownKeys<CookieAttributes> = {
  path: true,
  domain: true,
  secure: true,
  httpOnly: true,
  sameSite: true,
};
const SAME_SITE = { lax: 'Lax', strict: 'Strict', none: 'None' } as const;

/**
 * Prepares cookies that differ in their value alone.
 *
 * @param ttlMs how long a client keeps it; undefined until it is closed
 * @throws InvalidOptionsError for a value that would not be one attribute
 */
export function cookieWriter(
  field: string,
  name: string,
  attributes: CookieAttributes,
  ttlMs: number | undefined,
): CookieWriter {
  checkKeys(field, attributes, KEYS);
  const { path = '/', domain, secure, httpOnly = true } = attributes;
  const sameSite = choiceOption(`${field}.sameSite`, attributes.sameSite, 'lax', ['lax', 'strict', 'none']);
  if (typeof path !== 'string' || !/^\/[\x21-\x3a\x3c-\x7e]*$/.test(path)) {
    throw new InvalidOptionsError(`${field}.path`, path, 'a path that starts with "/" and has no ";"');
  }
  if (domain !== undefined && (typeof domain !== 'string' || !/^[\w.-]+$/.test(domain))) {
    throw new InvalidOptionsError(`${field}.domain`, domain, 'a host name');
  }
  for (const [key, value] of Object.entries({ secure, httpOnly })) {
    if (value === undefined || typeof value === 'boolean') continue;
    throw new InvalidOptionsError(`${field}.${key}`, value, 'true or false');
  }
  const needsTls = sameSite === 'none';
  if (needsTls && secure === false) {
    throw new InvalidOptionsError(`${field}.secure`, secure, 'true with sameSite "none"');
  }
  const always = [
    `; Path=${path}`,
    ...(domain === undefined ? [] : [`; Domain=${domain}`]),
    ...(ttlMs === undefined ? [] : [`; Max-Age=${Math.ceil(ttlMs / 1_000)}`]),
    ...(httpOnly ? ['; HttpOnly'] : []),
    `; SameSite=${SAME_SITE[sameSite]}`,
  ].join('');
  return ({ exchange }, value) => {
    const tls = secure ?? (needsTls || exchange.encrypted);
    return `${name}=${value}${always}${tls ? '; Secure' : ''}`;
  };
}

/** Cache directives that let others than the client keep an answer. */
const SHARED = /^(?:public|s-maxage(?:=.*)?|proxy-revalidate)$/i;
/** Fields that speak to shared caches alone, and go before `Cache-Control` there (RFC 9213). */
const TARGETED = /^(?:.*-)?(?:cdn-cache-control|surrogate-control)$/i;

/** Adds a cookie to an answer, and sees to it that no shared cache hands it to others. */
export function addCookie(headers: HeaderFields, cookie: string): void {
  headers.append('set-cookie', cookie);
  for (const name of headers.raw.filter((part, i) => i % 2 === 0 && TARGETED.test(part)))
    headers.delete(name);
  const directives = headers
    .getAll('cache-control')
    .flatMap((value) => value.split(','))
    .map((directive) => directive.trim())
    .filter((directive) => directive !== '' && !SHARED.test(directive));
  const isPrivate = directives.some((directive) => /^(?:private|no-store)$/i.test(directive));
  headers.set('cache-control', [...directives, ...(isPrivate ? [] : ['private'])].join(', '));
}

/** Takes a cookie out of what goes upstream. */
export function dropCookie(headers: HeaderFields, name: string): void {
  const fields = headers.getAll('cookie');
  if (fields.length === 0) return;
  const rest = fields
    .flatMap((field) => field.split(';'))
    .filter((pair) => pair.trim() !== '' && pair.split('=', 1)[0]?.trim() !== name);
  if (rest.length === 0) headers.delete('cookie');
  else headers.set('cookie', rest.map((pair) => pair.trim()).join('; '));
}
