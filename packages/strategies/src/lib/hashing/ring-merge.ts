import { makePoints, type RingPoints } from './ring-points.ts';

/** The rank of an owner whose points go. */
export const GONE = 0xffffffff;

/** Points merged between two yields. */
const SLICE = 131_072;

/**
 * Merges the points of a ring that stay with new ones, both in order, in one pass.
 *
 * @param old the points of the previous ring
 * @param ranks for each owner in it the new rank, or {@link GONE}
 * @param fresh the new points, sorted
 */
export function* mergePoints(
  old: RingPoints,
  ranks: Uint32Array,
  fresh: RingPoints,
): Generator<undefined, RingPoints> {
  const total = countStaying(old.places, ranks) + fresh.places.length / 2;
  const cursor: Cursor = {
    old,
    ranks,
    fresh,
    merged: makePoints(total, fresh.low.length + old.low.length > 0),
    from: 0,
    next: 0,
  };
  for (let start = 0; start < total; start += SLICE) {
    mergeSlice(cursor, start, Math.min(total, start + SLICE));
    if (total > SLICE) yield;
  }
  return cursor.merged;
}

interface Cursor {
  readonly old: RingPoints;
  readonly ranks: Uint32Array;
  readonly fresh: RingPoints;
  readonly merged: RingPoints;
  /** The next old point. */
  from: number;
  /** The next fresh point. */
  next: number;
}

function mergeSlice(cursor: Cursor, start: number, end: number): void {
  const { old, ranks, fresh, merged } = cursor;
  const oldCount = old.places.length / 2;
  const freshCount = fresh.places.length / 2;
  const wide = merged.low.length > 0;
  let { from, next } = cursor;
  for (let at = start; at < end; at += 1) {
    let rank = GONE;
    for (; from < oldCount; from += 1) {
      rank = ranks[old.places[2 * from + 1] as number] as number;
      if (rank !== GONE) break;
    }
    if (from < oldCount && (next === freshCount || isFirst(old, from, rank, fresh, next))) {
      merged.places[2 * at] = old.places[2 * from] as number;
      merged.places[2 * at + 1] = rank;
      if (wide) merged.low[at] = old.low[from] as number;
      from += 1;
    } else {
      merged.places[2 * at] = fresh.places[2 * next] as number;
      merged.places[2 * at + 1] = fresh.places[2 * next + 1] as number;
      if (wide) merged.low[at] = fresh.low[next] as number;
      next += 1;
    }
  }
  cursor.from = from;
  cursor.next = next;
}

/** Whether the old point comes before the fresh one; of equal ones that of the owner with the smaller rank does. */
function isFirst(old: RingPoints, from: number, rank: number, fresh: RingPoints, next: number): boolean {
  const place = old.places[2 * from] as number;
  const freshPlace = fresh.places[2 * next] as number;
  if (place !== freshPlace) return place < freshPlace;
  if (old.low.length > 0 && old.low[from] !== fresh.low[next]) {
    return (old.low[from] as number) < (fresh.low[next] as number);
  }
  return rank < (fresh.places[2 * next + 1] as number);
}

function countStaying(places: Uint32Array, ranks: Uint32Array): number {
  let count = 0;
  for (let i = 1; i < places.length; i += 2) if (ranks[places[i] as number] !== GONE) count += 1;
  return count;
}
