/** A set of names of fields. */
export interface FieldNames {
  /** @param field in any case */
  has(field: string): boolean;
}

/**
 * Makes a set that is quick to say no: most fields have a length that no name in it has, and are neither brought into
 * lower case nor hashed.
 *
 * @param names in lower case
 */
export function fieldNames(...names: readonly string[]): FieldNames {
  const byLength: string[][] = [];
  for (const name of names) {
    while (byLength.length <= name.length) byLength.push([]);
    byLength[name.length]?.push(name);
  }
  return {
    has(field) {
      const { length } = field;
      if (length >= byLength.length) return false;
      const sameLength = byLength[length] as string[];
      return sameLength.length > 0 && sameLength.includes(field.toLowerCase());
    },
  };
}
