import type { RawHeaders } from '../exchange.ts';
import { fieldValues } from '../headers/raw-headers.ts';

/**
 * Whether `Via` shows that the request went through a proxy of this name at least twice before (RFC 9110 §7.6.3).
 * Once is a chain of two that share a name; twice is a loop.
 *
 * @param name the proxy's own name, in lower case
 */
export function isLooping(headers: RawHeaders, name: string): boolean {
  let seen = 0;
  for (const value of fieldValues(headers, 'via')) {
    for (const element of value.split(',')) {
      const [, receivedBy = ''] = element
        .trim()
        .toLowerCase()
        .split(/[\t ]+/);
      if (receivedBy === name) seen++;
    }
  }
  return seen >= 2;
}
