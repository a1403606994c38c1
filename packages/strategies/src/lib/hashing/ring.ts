import type { Candidate } from '@evenkeel/core';
import type { KeyTable } from './key-table.ts';
import type { Placement } from './member.ts';
import type { RingPoints } from './ring-points.ts';

/** From this many points in one section of the ring on, halving them is faster than walking. */
const LONG_SECTION = 16;

/**
 * A sorted ring of points. The owner of a hash is that of the first point at or after it. An index by the upper bits of
 * the hash leads to a section of four to eight points, which fill a cache line or two, so that a look-up costs nearly
 * the same on a ring of any size.
 */
export class Ring implements KeyTable {
  readonly placements: readonly Placement[];
  readonly candidates: (Candidate | undefined)[] = [];
  /** Points of each placement. */
  readonly counts: Uint32Array;
  readonly points: RingPoints;
  readonly size: number;
  private readonly places: Uint32Array;
  private readonly low: Uint32Array;
  private readonly starts: Uint32Array;
  private readonly shift: number;

  constructor(placements: readonly Placement[], counts: Uint32Array, points: RingPoints) {
    this.placements = placements;
    this.counts = counts;
    this.points = points;
    this.size = points.places.length / 2;
    this.places = points.places;
    this.low = points.low;
    this.shift = Math.min(31, Math.clz32(this.size) + 3);
    this.starts = sectionStarts(points.places, this.shift);
  }

  locate(hash: Uint32Array): number {
    const { places, starts } = this;
    const high = hash[0] as number;
    const section = high >>> this.shift;
    let from = starts[section] as number;
    let to = starts[section + 1] as number;
    while (to - from > LONG_SECTION) {
      const middle = (from + to) >>> 1;
      if ((places[2 * middle] as number) < high) from = middle + 1;
      else to = middle;
    }
    while (from < to && (places[2 * from] as number) < high) from += 1;
    if (this.low.length > 0) from = this.skipLower(from, high, hash[1] as number);
    return from === this.size ? 0 : from;
  }

  next(_hash: Uint32Array, slot: number): number {
    return slot + 1 === this.size ? 0 : slot + 1;
  }

  ownerOf(slot: number): number {
    return this.places[2 * slot + 1] as number;
  }

  /** Goes on past the points that are equal to the hash in the upper half and smaller in the lower. */
  private skipLower(start: number, high: number, low: number): number {
    let at = start;
    while (at < this.size && this.places[2 * at] === high && (this.low[at] as number) < low) at += 1;
    return at;
  }
}

/** The first point of each section, and after the last section the number of points. */
function sectionStarts(places: Uint32Array, shift: number): Uint32Array {
  const starts = new Uint32Array(2 ** (32 - shift) + 1);
  const size = places.length / 2;
  let section = 0;
  for (let i = 0; i < size; i += 1) {
    const own = (places[2 * i] as number) >>> shift;
    while (section < own) {
      section += 1;
      starts[section] = i;
    }
  }
  starts.fill(size, section + 1);
  return starts;
}
