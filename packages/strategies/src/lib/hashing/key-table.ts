import type { Candidate } from '@evenkeel/core';
import type { Placement } from './member.ts';

/** A map from 64-bit hashes to placements: a ring, a Maglev table or the buckets of rendezvous hashing. */
export interface KeyTable {
  readonly placements: readonly Placement[];
  /**
   * The candidate of each placement, kept up to date by the strategy; undefined once it is none any more. Look-ups
   * go straight from here to the candidate, as every further step could miss the cache.
   */
  readonly candidates: (Candidate | undefined)[];
  /** The slot of a hash, upper half first. */
  locate(hash: Uint32Array): number;
  /** The slot to try after `slot`; `attempt` counts from 1. */
  next(hash: Uint32Array, slot: number, attempt: number): number;
  /** The placement that owns a slot, as index. */
  ownerOf(slot: number): number;
}

/** How a kind of table is built. */
export interface KeyTableBuilder<T extends KeyTable> {
  /** Roughly how long a build takes, in µs; long ones run in slices while the previous table goes on serving. */
  cost(placements: readonly Placement[], previous: T | undefined): number;
  /**
   * Builds a table from placements in order, yielding every few milliseconds of work.
   * The previous one may be reused in part; undefined when there is nothing to place.
   */
  build(placements: readonly Placement[], previous: T | undefined): Generator<undefined, T | undefined>;
}
