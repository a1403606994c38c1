import type { Directives } from '../undici-types.ts';
import { MAX_SECONDS, parseCacheControl } from './cache-control.ts';
import { type Fields, fieldValue } from './fields.ts';
import { type DictionaryMember, parseDictionary } from './structured-dictionary.ts';

/** What a response says about its caching. */
export interface ResponsePolicy {
  readonly directives: Directives;
  /** Whether a targeted field said it; `Cache-Control` and `Expires` do not count then. */
  readonly targeted: boolean;
}

const SECONDS: readonly (keyof Directives)[] = [
  'max-age',
  's-maxage',
  'stale-while-revalidate',
  'stale-if-error',
];
const FLAGS: readonly (keyof Directives)[] = [
  'no-store',
  'no-cache',
  'private',
  'public',
  'must-revalidate',
  'proxy-revalidate',
  'must-understand',
  'immutable',
  'no-transform',
];

/**
 * The first usable targeted field decides alone (RFC 9213 2.2); without one it is Cache-Control.
 *
 * @param targetedFields lower-case names, the most specific first
 */
export function responsePolicy(fields: Readonly<Fields>, targetedFields: readonly string[]): ResponsePolicy {
  for (const name of targetedFields) {
    const value = fieldValue(fields, name);
    const dictionary = value === undefined ? undefined : parseDictionary(value);
    if (dictionary !== undefined) return { directives: directivesOf(dictionary), targeted: true };
  }
  return { directives: parseCacheControl(fieldValue(fields, 'cache-control')), targeted: false };
}

function directivesOf(dictionary: ReadonlyMap<string, DictionaryMember>): Directives {
  const directives: Record<string, number | true> = {};
  for (const name of SECONDS) {
    const value = dictionary.get(name);
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) {
      directives[name] = Math.min(value, MAX_SECONDS);
    }
  }
  for (const name of FLAGS) {
    const value = dictionary.get(name);
    if (value !== undefined && value !== false) directives[name] = true;
  }
  return directives as Directives;
}
