import { isDeepStrictEqual } from 'node:util';

/** Things that are made of settings, one for each: what had the same settings before is the same thing. */
export interface Kept<C, T> {
  readonly entries: readonly KeptEntry<C, T>[];
  /** Takes what has these settings, or makes it. */
  of(settings: C, make: () => T): T;
  /** What is here and in none of the others. */
  without(others: readonly Kept<C, T>[]): readonly T[];
}

/** One of them. */
export interface KeptEntry<C, T> {
  readonly settings: C;
  readonly value: T;
}

/**
 * Begins with nothing.
 *
 * @param before what may be taken over from
 */
export function kept<C, T>(before?: Kept<C, T>): Kept<C, T> {
  const entries: KeptEntry<C, T>[] = [];
  const earlier = before?.entries ?? [];
  return {
    entries,
    of(settings, make) {
      const isSame = (entry: KeptEntry<C, T>): boolean => isDeepStrictEqual(entry.settings, settings);
      const own = entries.find(isSame);
      if (own !== undefined) return own.value;
      const entry = earlier.find(isSame) ?? { settings, value: make() };
      entries.push(entry);
      return entry.value;
    },
    without(others) {
      const there = new Set(others.flatMap((other) => other.entries.map(({ value }) => value)));
      return entries.map(({ value }) => value).filter((value) => !there.has(value));
    },
  };
}
