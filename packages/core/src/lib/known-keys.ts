import { InvalidOptionsError } from './errors.ts';

/** Every key that an options object may have: a new option cannot be forgotten, as the type asks for all of them. */
export type KnownKeys<T extends object> = Readonly<Record<keyof T, true>>;

/**
 * Checks that options are an object without keys that nobody reads: without types, a misspelt option would be a default.
 *
 * @param field the options' name; empty for those of a whole call
 * @param kind what is allowed in their place
 * @throws InvalidOptionsError naming the unknown key, the one probably meant and those that exist
 */
export function checkKeys<T extends object>(
  field: string,
  options: T,
  known: KnownKeys<T>,
  kind = 'an object with options',
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidOptionsError(field || 'options', options, kind);
  }
  for (const key of Object.keys(options)) {
    const value: unknown = options[key as keyof T];
    if (value === undefined || Object.hasOwn(known, key)) continue;
    const keys = Object.keys(known);
    const meant = keys.find((candidate) => isLike(candidate, key));
    const hint = meant === undefined ? '' : ` did you mean "${meant}"?`;
    const path = field === '' ? key : `${field}.${key}`;
    throw new InvalidOptionsError(path, value, `no such option:${hint} there are ${keys.join(', ')}`);
  }
}

/** Whether one name is the other with a unit or a word left out, whatever their case. */
function isLike(known: string, key: string): boolean {
  const [a, b] = [known.toLowerCase(), key.toLowerCase()];
  return key.length > 2 && (a.includes(b) || b.includes(a));
}
