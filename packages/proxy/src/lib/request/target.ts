import { type Authority, parseAuthority } from './authority.ts';

/** A request target, taken apart without changing a byte of its path and query. */
export interface Target {
  /** Path and query, as received; `*` for the asterisk form. */
  readonly path: string;
  /** The authority of an absolute-form target: it stands in for `Host` (RFC 9112 §3.2.2). */
  readonly authority?: Authority;
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;
const FORBIDDEN = /[^\x21-\x7e\x80-\xff]|#/;

/**
 * Parses the target of a request other than CONNECT: origin-form, absolute-form, or `*` for OPTIONS alone
 * (RFC 9112 §3.2). Undefined for anything else.
 */
export function parseTarget(method: string, target: string): Target | undefined {
  if (FORBIDDEN.test(target)) return undefined;
  if (target.startsWith('/')) return { path: target };
  if (target === '*') return method === 'OPTIONS' ? { path: '*' } : undefined;
  const absolute = ABSOLUTE.exec(target);
  if (absolute === null) return undefined;
  const authority = parseAuthority(absolute[1] as string);
  if (authority === undefined) return undefined;
  const rest = absolute[2] as string;
  if (rest === '' && method === 'OPTIONS') return { path: '*', authority };
  return { path: rest.startsWith('/') ? rest : `/${rest}`, authority };
}
