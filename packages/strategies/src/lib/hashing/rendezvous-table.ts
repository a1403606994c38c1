import type { Candidate } from '@evenkeel/core';
import type { KeyTable, KeyTableBuilder } from './key-table.ts';
import type { Placement } from './member.ts';
import { mix32 } from './mix.ts';
import { xxHash64 } from './xx-hash64.ts';

const GOLDEN_RATIO = 0x9e3779b9;
/** Time to draw one arrival, in µs. */
const ARRIVAL_COST = 0.04;
/** Arrivals drawn between two yields. */
const SLICE = 65_536;
/** How far below ln(buckets) to draw at first: then about seven buckets are still free. */
const SHORTFALL = 2;
/** How much further to draw each time some are. */
const EXTENSION = 0.5;

/** The owner of each bucket of keys by rendezvous hashing. */
export class RendezvousTable implements KeyTable {
  readonly placements: readonly Placement[];
  readonly candidates: (Candidate | undefined)[] = [];
  private readonly owners: Int32Array;
  private readonly shift: number;
  private readonly mask: number;

  constructor(placements: readonly Placement[], owners: Int32Array) {
    this.placements = placements;
    this.owners = owners;
    this.shift = Math.clz32(owners.length) + 1;
    this.mask = owners.length - 1;
  }

  locate(hash: Uint32Array): number {
    return (hash[0] as number) >>> this.shift;
  }

  next(hash: Uint32Array, _slot: number, attempt: number): number {
    return (
      mix32((hash[0] as number) ^ mix32((hash[1] as number) + Math.imul(attempt, GOLDEN_RATIO))) & this.mask
    );
  }

  ownerOf(slot: number): number {
    return this.owners[slot] as number;
  }
}

/** Builds the table of buckets. @param buckets a power of two */
export function rendezvousBuilder(buckets: number): KeyTableBuilder<RendezvousTable> {
  const arrivals = buckets * (Math.log(buckets) + EXTENSION);
  return {
    cost: () => arrivals * ARRIVAL_COST,
    *build(placements) {
      if (placements.length === 0) return undefined;
      return new RendezvousTable(placements, yield* ownBuckets(buckets, placements));
    },
  };
}

/**
 * Weighted rendezvous hashing gives a bucket to the member with the smallest −ln(u)/weight, u uniform by bucket and
 * member: a race of exponential clocks. Instead of asking each member for each bucket, each member's whole Poisson
 * process is drawn in order of time, every arrival in a bucket chosen by hash; thinned by bucket that is the same race.
 * Arrivals later than the last bucket's first cannot win, so the work is buckets × ln(buckets), for any number of members.
 */
function* ownBuckets(buckets: number, placements: readonly Placement[]): Generator<undefined, Int32Array> {
  const race = startRace(buckets, placements);
  const perBucket = buckets / placements.reduce((sum, { weight }) => sum + weight, 0);
  let until = perBucket * (Math.log(buckets) - SHORTFALL);
  let drawn = 0;
  for (; race.free > 0; until += perBucket * EXTENSION) {
    for (let index = 0; index < placements.length; index += 1) {
      const { weight } = placements[index] as Placement;
      for (let more = SLICE; more === SLICE; ) {
        more = draw(race, index, weight, until);
        drawn += more;
        if (drawn < SLICE) continue;
        drawn = 0;
        yield;
      }
    }
  }
  return race.owners;
}

interface Race {
  readonly shift: number;
  readonly owners: Int32Array;
  /** The time of the first arrival in each bucket. */
  readonly first: Float64Array;
  /** Two words for each member, which its arrivals are hashed from. */
  readonly seeds: Uint32Array;
  /** Arrivals drawn of each member. */
  readonly counts: Uint32Array;
  /** The sum of the gaps between them, for a weight of 1. */
  readonly elapsed: Float64Array;
  /** Buckets without any arrival. */
  free: number;
}

function startRace(buckets: number, placements: readonly Placement[]): Race {
  const seeds = new Uint32Array(2 * placements.length);
  for (const [index, { key }] of placements.entries())
    xxHash64(key, seeds.subarray(2 * index, 2 * index + 2));
  return {
    shift: Math.clz32(buckets) + 1,
    owners: new Int32Array(buckets),
    first: new Float64Array(buckets).fill(Number.POSITIVE_INFINITY),
    seeds,
    counts: new Uint32Array(placements.length),
    elapsed: new Float64Array(placements.length),
    free: buckets,
  };
}

/**
 * Draws the next arrivals of one member, up to a time: the same ones whoever else is there, and closer together the
 * heavier it is. Stops after so many; the one that is too late is drawn again next time.
 */
function draw(race: Race, index: number, weight: number, until: number): number {
  const { shift, owners, first, seeds } = race;
  const seedHigh = seeds[2 * index] as number;
  const seedLow = seeds[2 * index + 1] as number;
  let count = race.counts[index] as number;
  let elapsed = race.elapsed[index] as number;
  let drawn = 0;
  for (; drawn < SLICE; drawn += 1) {
    const place = mix32(mix32(seedHigh + Math.imul(count, GOLDEN_RATIO)) ^ seedLow);
    const next = elapsed - Math.log((mix32(place + seedHigh) + 0.5) / 0x1_0000_0000);
    // Dividing at the end keeps the order of one member's arrivals, and their ratios, under every weight.
    const time = next / weight;
    if (time > until) break;
    elapsed = next;
    count += 1;
    const bucket = place >>> shift;
    const best = first[bucket] as number;
    if (time >= best) continue;
    if (best === Number.POSITIVE_INFINITY) race.free -= 1;
    first[bucket] = time;
    owners[bucket] = index;
  }
  race.counts[index] = count;
  race.elapsed[index] = elapsed;
  return drawn;
}
