/** The points of a ring. */
export interface RingPoints {
  /** Two words for each point, next to each other as they are read together: its place, and the rank of its owner. */
  readonly places: Uint32Array<ArrayBuffer>;
  /** The lower halves of places of 64 bits; empty when places have 32. */
  readonly low: Uint32Array<ArrayBuffer>;
}

const DIGITS = 256;
/** Points moved between two yields. */
const SLICE = 131_072;

/** Makes room for a number of points. */
export function makePoints(count: number, wide: boolean): RingPoints {
  return { places: new Uint32Array(2 * count), low: new Uint32Array(wide ? count : 0) };
}

/**
 * Sorts points by place, equal ones in the order they came in. Hashes are spread evenly, so a radix sort by the upper 24 bits
 * leaves next to nothing to the insertion sort after it; a comparing sort takes ten times as long.
 */
export function* sortPoints(points: RingPoints): Generator<undefined, RingPoints> {
  const count = points.places.length / 2;
  let from = points;
  let to = makePoints(count, points.low.length > 0);
  for (const shift of [8, 16, 24]) {
    const offsets = countDigits(from.places, shift);
    for (let start = 0; start < count; start += SLICE) {
      movePoints(from, to, offsets, shift, start, Math.min(count, start + SLICE));
      if (count > SLICE) yield;
    }
    [from, to] = [to, from];
  }
  insertPoints(from);
  return from;
}

/** Where the points of each digit begin, in points. */
function countDigits(places: Uint32Array, shift: number): Uint32Array {
  const offsets = new Uint32Array(DIGITS + 1);
  for (let i = 0; i < places.length; i += 2) {
    const digit = ((places[i] as number) >>> shift) & (DIGITS - 1);
    offsets[digit + 1] = (offsets[digit + 1] as number) + 1;
  }
  for (let digit = 1; digit < DIGITS; digit += 1) {
    offsets[digit] = (offsets[digit] as number) + (offsets[digit - 1] as number);
  }
  return offsets;
}

function movePoints(
  { places: from, low: fromLow }: RingPoints,
  { places: to, low: toLow }: RingPoints,
  offsets: Uint32Array,
  shift: number,
  start: number,
  end: number,
): void {
  const wide = fromLow.length > 0;
  for (let i = start; i < end; i += 1) {
    const place = from[2 * i] as number;
    const digit = (place >>> shift) & (DIGITS - 1);
    const target = offsets[digit] as number;
    offsets[digit] = target + 1;
    to[2 * target] = place;
    to[2 * target + 1] = from[2 * i + 1] as number;
    if (wide) toLow[target] = fromLow[i] as number;
  }
}

function insertPoints({ places, low }: RingPoints): void {
  for (let i = 1; i < places.length / 2; i += 1) {
    for (let j = i; j > 0 && isSmaller(places, low, j); j -= 1) {
      swap(places, 2 * j, 2 * j - 2);
      swap(places, 2 * j + 1, 2 * j - 1);
      if (low.length > 0) swap(low, j, j - 1);
    }
  }
}

/** Whether a point belongs before the one in front of it. */
function isSmaller(places: Uint32Array, low: Uint32Array, index: number): boolean {
  const place = places[2 * index] as number;
  const before = places[2 * index - 2] as number;
  if (place !== before) return place < before;
  return low.length > 0 && (low[index] as number) < (low[index - 1] as number);
}

function swap(array: Uint32Array, a: number, b: number): void {
  const value = array[a] as number;
  array[a] = array[b] as number;
  array[b] = value;
}
