import type { RawHeaders } from '../exchange.ts';
import { latin1Parts } from './latin1.ts';

const NONE: readonly string[] = [];

/** Returns every value of a field, in order. `name` is lower case. Most fields asked for are absent or come once: neither costs. */
export function fieldValues(headers: RawHeaders, name: string): readonly string[] {
  let values: string[] | undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const field = headers[i] as string;
    if (!isNamed(field, name)) continue;
    const value = headers[i + 1] as string;
    if (values === undefined) values = [value];
    else values.push(value);
  }
  return values ?? NONE;
}

/** Whether a field has a name, given in lower case. */
export function isNamed(field: string, name: string): boolean {
  return field.length === name.length && field.toLowerCase() === name;
}

/** Splits the values of a list field into the elements, in lower case (RFC 9110 §5.6.1). */
export function listElements(values: readonly string[]): string[] {
  const elements: string[] = [];
  for (const value of values) {
    for (const part of value.split(',')) {
      const element = part.trim().toLowerCase();
      if (element !== '') elements.push(element);
    }
  }
  return elements;
}

/** What an HTTP client may give as headers: pairs of bytes or strings, or an object with joined values. */
export type HeaderSource =
  | readonly (Uint8Array | string)[]
  | Readonly<Record<string, string | string[] | undefined>>
  | null
  | undefined;

/** Brings headers of any source into the raw form. */
export function toRawHeaders(source: HeaderSource): string[] {
  if (source === null || source === undefined) return [];
  if (isPairs(source)) return latin1Parts(source);
  const raw: string[] = [];
  for (const [name, value] of Object.entries(source)) {
    if (value === undefined) continue;
    for (const one of typeof value === 'string' ? [value] : value) raw.push(name, one);
  }
  return raw;
}

function isPairs(source: NonNullable<HeaderSource>): source is readonly (Uint8Array | string)[] {
  return Array.isArray(source);
}

/** Whether a name is a token (RFC 9110 §5.1). */
export function isFieldName(name: unknown): name is string {
  return typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name);
}

const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether a value holds only what RFC 9110 §5.5 allows: no CR, LF, NUL or other control but the tab. */
export function isFieldValue(value: string): boolean {
  return !FORBIDDEN_IN_VALUE.test(value);
}
