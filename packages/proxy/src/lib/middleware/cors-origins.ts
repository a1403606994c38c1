import { InvalidOptionsError } from '@evenkeel/core';

/** Origins by name or pattern, a test of one, or `*` for all. */
export type Origins = '*' | readonly string[] | ((origin: string) => boolean);

const EXACT = /^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;
const BELOW = /^([a-z][a-z0-9+.-]*:\/\/)\*(\.[a-z0-9.-]+(?::\d{1,5})?)$/;
const RULE =
  'an origin such as "https://example.com" or "https://*.example.com", in lower case and without a path';

/** @throws InvalidOptionsError for an entry that is no origin as browsers write them */
export function allowedOrigins(origins: Origins): (origin: string) => boolean {
  if (origins === '*') return () => true;
  if (typeof origins === 'function') return origins;
  if (!Array.isArray(origins) || origins.length === 0) {
    throw new InvalidOptionsError('origins', origins, '"*", a function or a list of origins, at least 1');
  }
  const exact = new Set<string>();
  const below: { readonly scheme: string; readonly suffix: string }[] = [];
  for (const [index, origin] of origins.entries()) {
    const pattern = typeof origin === 'string' ? BELOW.exec(origin) : null;
    if (pattern !== null) below.push({ scheme: pattern[1] as string, suffix: pattern[2] as string });
    else if (origin === 'null' || (typeof origin === 'string' && EXACT.test(origin))) exact.add(origin);
    else throw new InvalidOptionsError(`origins[${index}]`, origin, RULE);
  }
  return (origin) =>
    exact.has(origin) ||
    below.some(
      ({ scheme, suffix }) =>
        origin.startsWith(scheme) &&
        origin.endsWith(suffix) &&
        /^[a-z0-9.-]+$/.test(origin.slice(scheme.length, -suffix.length)),
    );
}
