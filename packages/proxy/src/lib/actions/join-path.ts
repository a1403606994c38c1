import { InvalidOptionsError } from '@evenkeel/core';

/** @throws InvalidOptionsError when it cannot stand at the beginning of a path */
export function checkPrefix(prefix: string, field: string): string {
  if (typeof prefix !== 'string' || !/^\/[\x21-\x7e]*$/.test(prefix) || /[?#]/.test(prefix)) {
    throw new InvalidOptionsError(field, prefix, 'a path that starts with "/" and has neither "?" nor "#"');
  }
  return prefix;
}

/** Puts what a route has not matched of a path behind another prefix, with one slash between them. */
export function joinPath(prefix: string, rest: string): string {
  if (rest === '') return prefix;
  const base = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  return rest.startsWith('/') ? `${base}${rest}` : `${base}/${rest}`;
}
