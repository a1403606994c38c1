import type { RawHeaders } from '../exchange.ts';
import { fieldValues } from './raw-headers.ts';

/** Returns every value of a cookie that a request carries, without quotes around it (RFC 6265 §4.2.1, §5.4). */
export function cookieValues(headers: RawHeaders, name: string): string[] {
  const values: string[] = [];
  for (const field of fieldValues(headers, 'cookie')) {
    for (const pair of field.split(';')) {
      const equals = pair.indexOf('=');
      if (equals === -1 || pair.slice(0, equals).trim() !== name) continue;
      const value = pair.slice(equals + 1).trim();
      values.push(/^".*"$/.test(value) ? value.slice(1, -1) : value);
    }
  }
  return values;
}
