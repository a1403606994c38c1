/** What a {@link Roster} can hold. */
export interface Rostered {
  /** Where it stands in its roster, −1 in none. The roster's to write; begin with −1. */
  place: number;
}

/**
 * A set of objects that each request brings and takes away again; an object is in one roster at a time.
 *
 * A `Set` costs requests dear: when it rehashes, which it does all the time, its old table still refers to all it held. Once that
 * table is in V8's old generation, everything reachable from it is copied by each minor collection until the next major one.
 */
export interface Roster<T extends Rostered> {
  readonly size: number;
  add(item: T): void;
  /** False when it was not there. */
  delete(item: T): boolean;
  /** A copy, in no order, so that the roster may change meanwhile. */
  values(): T[];
}

/** Makes an empty roster. */
export function createRoster<T extends Rostered>(): Roster<T> {
  const items: T[] = [];
  return {
    get size() {
      return items.length;
    },
    add(item) {
      if (items[item.place] !== item) item.place = items.push(item) - 1;
    },
    delete(item) {
      const { place } = item;
      if (items[place] !== item) return false;
      const last = items.pop();
      if (last !== undefined && last !== item) {
        items[place] = last;
        last.place = place;
      }
      item.place = -1;
      return true;
    },
    values: () => [...items],
  };
}
