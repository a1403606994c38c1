/** Copies an object without some of its keys. */
export function omit<T extends object, const K extends PropertyKey>(from: T, keys: readonly K[]): Omit<T, K> {
  const rest: Partial<Record<PropertyKey, unknown>> = { ...from };
  for (const key of keys) delete rest[key];
  return rest as Omit<T, K>;
}
