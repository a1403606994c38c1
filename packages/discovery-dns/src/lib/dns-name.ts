import { isIP } from 'node:net';
import { InvalidOptionsError } from '@evenkeel/core';

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/**
 * Whether a name is one that hosts and services may have: letters, digits, hyphens and underscores (RFC 952, RFC 1123
 * §2.1, RFC 2782). DNS itself allows any byte, so an answer can carry names that are dangerous to whoever prints,
 * compares or passes them on (CVE-2021-22931).
 */
export function isHostName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => LABEL.test(label));
}

/**
 * Returns the name as queries use it: in lower case, without the final dot. Names are absolute: no search domain is appended.
 *
 * @throws InvalidOptionsError when it is no name, or an address
 */
export function nameOption(field: string, value: unknown): string {
  const name = typeof value === 'string' ? value.replace(/\.$/, '').toLowerCase() : '';
  if (!isHostName(name) || isIP(name) !== 0) {
    throw new InvalidOptionsError(
      field,
      value,
      'a whole DNS name, such as "_http._tcp.orders.default.svc.cluster.local"',
    );
  }
  return name;
}
