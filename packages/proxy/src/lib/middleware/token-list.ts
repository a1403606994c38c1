import { InvalidOptionsError } from '@evenkeel/core';
import { isFieldName } from '../headers/raw-headers.ts';

/** @throws InvalidOptionsError when it is no list of names as HTTP has them (RFC 9110 §5.6.2) */
export function tokenList(
  field: string,
  value: readonly string[] | undefined,
  fallback: readonly string[],
): readonly string[] {
  if (value === undefined) return fallback;
  if (!Array.isArray(value)) throw new InvalidOptionsError(field, value, 'a list of names');
  for (const [index, name] of value.entries()) checkToken(`${field}[${index}]`, name);
  return value;
}

/** @throws InvalidOptionsError when it is no name as HTTP has them (RFC 9110 §5.6.2) */
export function checkToken(field: string, value: unknown): string {
  if (isFieldName(value)) return value;
  throw new InvalidOptionsError(field, value, 'a name of letters, digits and "-"');
}
