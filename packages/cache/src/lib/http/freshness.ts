import type { Directives } from '../undici-types.ts';
import { MAX_SECONDS } from './cache-control.ts';
import { type Fields, firstLine } from './fields.ts';
import { parseHttpDate } from './http-date.ts';
import type { ResponsePolicy } from './response-policy.ts';

/** When a request went out and its response came in, in ms since 1970. */
export interface ExchangeTimes {
  readonly requestAt: number;
  readonly responseAt: number;
}

/** How to guess a lifetime where a response gives none: RFC 9111 4.2.2. */
export interface HeuristicFreshness {
  /** Share of the time since `Last-Modified`. */
  readonly ratio: number;
  /** Upper bound of the guess, in ms. */
  readonly maxMs: number;
}

/** Statuses for which a guess is allowed: RFC 9110 15.1. */
const HEURISTIC: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]);

/**
 * How long a response is fresh in a shared cache, in ms from its making: RFC 9111 4.2.1.
 *
 * @returns undefined when it says nothing and no guess is allowed
 */
export function freshnessLifetimeMs(
  status: number,
  fields: Readonly<Fields>,
  { directives, targeted }: ResponsePolicy,
  { responseAt }: ExchangeTimes,
  heuristic: HeuristicFreshness | undefined,
): number | undefined {
  const seconds = directives['s-maxage'] ?? directives['max-age'];
  if (seconds !== undefined) return seconds * 1_000;
  const date = parseHttpDate(firstLine(fields, 'date'), responseAt) ?? responseAt;
  if (!targeted && Object.hasOwn(fields, 'expires')) {
    const lines = [fields.expires ?? []].flat();
    const expires = lines.length === 1 ? parseHttpDate(lines[0], responseAt) : undefined;
    return expires === undefined ? 0 : Math.max(0, expires - date);
  }
  if (heuristic === undefined || !(HEURISTIC.has(status) || directives.public)) return undefined;
  const modified = parseHttpDate(firstLine(fields, 'last-modified'), responseAt);
  if (modified === undefined) return undefined;
  return Math.min(Math.max(0, date - modified) * heuristic.ratio, heuristic.maxMs);
}

/** How old a response was when it came in, in ms: RFC 9111 4.2.3. */
export function initialAgeMs(fields: Readonly<Fields>, { requestAt, responseAt }: ExchangeTimes): number {
  const date = parseHttpDate(firstLine(fields, 'date'), responseAt);
  const apparent = date === undefined ? 0 : Math.max(0, responseAt - date);
  const corrected = parseAge(fields) * 1_000 + Math.max(0, responseAt - requestAt);
  // The resolution of Date is a second: less than that is no age.
  return Math.max(apparent < 1_000 ? 0 : apparent, corrected);
}

/** The first member of `Age` in seconds; 0 when it is absent or no number of seconds: RFC 9111 5.1. */
function parseAge(fields: Readonly<Fields>): number {
  const first = firstLine(fields, 'age')?.split(',')[0]?.trim() ?? '';
  return /^\d+$/.test(first) ? Math.min(Number(first), MAX_SECONDS) : 0;
}

/** Whether a stale response must not be used without the origin's consent in a shared cache: RFC 9111 4.2.4. */
export function forbidsStale(directives: Directives): boolean {
  return (
    directives['no-cache'] === true ||
    directives['must-revalidate'] === true ||
    directives['proxy-revalidate'] === true ||
    directives['s-maxage'] !== undefined
  );
}
