/** Copies those of the keys that the object has. */
export function pick<T extends object, const K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  const picked: Partial<T> = {};
  for (const key of keys) if (Object.hasOwn(from, key)) picked[key] = from[key];
  return picked as Pick<T, K>;
}
