import { InvalidOptionsError } from '@evenkeel/core';
import type { Dispatcher } from 'undici';

/** Request headers in every form that undici takes. */
export type RequestHeaders = Dispatcher.DispatchOptions['headers'];

/** Headers that can be read any number of times: a flat list of names and values, or an object. */
export type StableHeaders =
  | string[]
  | Readonly<Record<string, number | string | string[] | undefined>>
  | null;

/** Makes headers that one attempt reads safe to be read by the next: an iterator would be exhausted. */
export function stableHeaders(headers: RequestHeaders): StableHeaders {
  if (headers === null || headers === undefined) return null;
  if (Array.isArray(headers)) return headers;
  if (!isIterable(headers)) return headers as StableHeaders;
  const list: string[] = [];
  for (const [name, value] of headers) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) list.push(name, one);
  }
  return list;
}

/**
 * The first value of a header.
 *
 * @param name in lower case
 */
export function headerValue(headers: StableHeaders, name: string): string | undefined {
  if (headers === null) return undefined;
  if (Array.isArray(headers)) {
    for (let i = 0; i < headers.length; i += 2) if (isNamed(headers[i], name)) return first(headers[i + 1]);
    return undefined;
  }
  for (const key in headers) {
    if (!isNamed(key, name)) continue;
    const value = headers[key];
    if (value !== undefined) return first(value);
  }
  return undefined;
}

/**
 * A copy with one header replaced, or added.
 *
 * @param name in lower case
 */
export function withHeader(headers: StableHeaders, name: string, value: string): StableHeaders {
  if (Array.isArray(headers)) {
    const copy = [name, value];
    for (let i = 0; i < headers.length; i += 2) {
      const key = headers[i] as string;
      if (!isNamed(key, name)) copy.push(key, headers[i + 1] as string);
    }
    return copy;
  }
  const copy: Record<string, number | string | string[] | undefined> = { [name]: value };
  for (const key in headers) if (!isNamed(key, name)) copy[key] = headers[key];
  return copy;
}

/**
 * Returns the name of a header in lower case.
 *
 * @throws InvalidOptionsError naming the field
 */
export function headerNameOption(field: string, name: string): string {
  if (typeof name !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    throw new InvalidOptionsError(field, name, 'the name of a header');
  }
  return name.toLowerCase();
}

/** undici takes lists and numbers as values wherever its types have strings. */
function first(value: number | string | readonly string[] | null | undefined): string | undefined {
  const one = typeof value === 'object' ? value?.[0] : value;
  return one === undefined ? undefined : String(one);
}

function isNamed(key: string | undefined, name: string): boolean {
  return key !== undefined && key.length === name.length && key.toLowerCase() === name;
}

function isIterable(headers: object): headers is Iterable<[string, string | string[] | undefined]> {
  return Symbol.iterator in headers && typeof headers[Symbol.iterator] === 'function';
}
