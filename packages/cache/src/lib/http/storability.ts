import { type Fields, fieldValue, listMembers } from './fields.ts';
import type { ResponsePolicy } from './response-policy.ts';

/** Final statuses whose meaning for a cache is known: what `must-understand` asks for. */
const UNDERSTOOD: ReadonlySet<number> = new Set([
  200, 203, 204, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 410, 414, 421, 451, 500, 501, 502,
  503, 504,
]);
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/**
 * The names that select a variant: RFC 9110 12.5.5.
 *
 * @returns lower-case, sorted and without doubles; undefined when no other request can be known to match
 */
export function varyNames(fields: Readonly<Fields>): readonly string[] | undefined {
  const names = listMembers(fieldValue(fields, 'vary')).map((name) => name.toLowerCase());
  if (names.some((name) => name === '*' || !TOKEN.test(name))) return undefined;
  return [...new Set(names)].sort();
}

/** Why a response is not stored: the `detail` of Cache-Status. */
export type WhyNotStored =
  | 'status'
  | 'must-understand'
  | 'no-store'
  | 'private'
  | 'set-cookie'
  | 'partial'
  | 'vary'
  | 'authorization'
  /** It says nothing of its lifetime, or is stale and cannot be validated. */
  | 'no-lifetime'
  | 'redirected'
  | 'too-large'
  /** The shared store does not answer. */
  | 'store-down'
  /** Too much waits to be written. */
  | 'store-busy';

/**
 * Why a response must not be kept for others: RFC 9111 3 and 3.5, and what a careful shared cache adds to them.
 *
 * @returns undefined when it may be stored
 */
export function whyNotStored(
  request: Readonly<Fields>,
  status: number,
  response: Readonly<Fields>,
  { directives }: ResponsePolicy,
): WhyNotStored | undefined {
  // A 416 is about the range that one client asked for.
  if (status < 200 || status === 206 || status === 304 || status === 416) return 'status';
  if (directives['must-understand'] === true) {
    if (!UNDERSTOOD.has(status)) return 'must-understand';
  } else if (directives['no-store'] === true) {
    return 'no-store';
  }
  if (directives.private !== undefined) return 'private';
  if (Object.hasOwn(response, 'set-cookie')) return 'set-cookie';
  if (Object.hasOwn(response, 'content-range')) return 'partial';
  if (varyNames(response) === undefined) return 'vary';
  const permitted =
    directives.public === true ||
    directives['must-revalidate'] === true ||
    directives['s-maxage'] !== undefined;
  if (Object.hasOwn(request, 'authorization') && !permitted) return 'authorization';
  return undefined;
}
