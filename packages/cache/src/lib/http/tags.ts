import { type Fields, fieldValue } from './fields.ts';

/**
 * The tags of a response: members of `Cache-Tag` between commas, of `Surrogate-Key` between spaces, without doubles.
 *
 * @param names the fields to read, in lower case
 */
export function responseTags(fields: Readonly<Fields>, names: readonly string[]): readonly string[] {
  const tags = new Set<string>();
  for (const name of names) {
    const separator = name === 'surrogate-key' ? /[\s,]+/ : /\s*,\s*/;
    for (const tag of fieldValue(fields, name)?.trim().split(separator) ?? []) if (tag !== '') tags.add(tag);
  }
  return [...tags];
}
