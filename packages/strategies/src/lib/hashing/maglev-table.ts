import type { Candidate } from '@evenkeel/core';
import type { KeyTable, KeyTableBuilder } from './key-table.ts';
import type { Placement } from './member.ts';
import { moduloOf } from './modulo.ts';
import { isPrime } from './prime.ts';
import { xxHash64Seeded } from './xx-hash64.ts';

/** Largest table size: above it a 64-bit hash cannot be reduced exactly in doubles. */
export const MAX_TABLE_SIZE: number = 2 ** 21;

/** Time to look at a slot, or to pass over a block of members, in µs. */
const STEP_COST = 0.008;
/** Slots and blocks looked at between two yields. */
const SLICE = 65_536;
/** Members that are passed over together while none of them has a turn. */
const BLOCK = 64;
const FREE = -1;

/** Where a member would like to have its slots. */
export interface Permutation {
  readonly offset: number;
  readonly skip: number;
}

/** A filled Maglev table. Each slot belongs to one member, and each member to nearly the same number of slots per weight. */
export class MaglevTable implements KeyTable {
  readonly placements: readonly Placement[];
  readonly candidates: (Candidate | undefined)[] = [];
  private readonly slots: Int32Array;
  private readonly modulo: (high: number, low: number) => number;

  constructor(
    placements: readonly Placement[],
    slots: Int32Array,
    modulo: (high: number, low: number) => number,
  ) {
    this.placements = placements;
    this.slots = slots;
    this.modulo = modulo;
  }

  locate(hash: Uint32Array): number {
    return this.modulo(hash[0] as number, hash[1] as number);
  }

  /** As in Envoy: the hash exclusive-or −attempt, which changes nearly all of its bits. */
  next(hash: Uint32Array, _slot: number, attempt: number): number {
    return this.modulo(~(hash[0] as number) >>> 0, ((hash[1] as number) ^ -attempt) >>> 0);
  }

  ownerOf(slot: number): number {
    return this.slots[slot] as number;
  }
}

/** Builds Maglev tables as Envoy does: xxHash64 of the key with seed 0 gives the offset, with seed 1 the skip. */
export function maglevBuilder(size: number): KeyTableBuilder<MaglevTable> {
  const modulo = moduloOf(size);
  const moduloSkip = moduloOf(size - 1);
  const hash = new Uint32Array(2);
  const permutationOf = (key: string): Permutation => {
    xxHash64Seeded(key, 0, hash);
    const offset = modulo(hash[0] as number, hash[1] as number);
    xxHash64Seeded(key, 1, hash);
    return { offset, skip: moduloSkip(hash[0] as number, hash[1] as number) + 1 };
  };
  return {
    cost(placements) {
      const { total, largest } = sumWeights(placements);
      const turns = (size * largest * placements.length) / total;
      return (size * Math.log(size) + turns / BLOCK) * STEP_COST;
    },
    *build(placements) {
      if (placements.length === 0) return undefined;
      const permutations = placements.map(({ key }) => permutationOf(key));
      const weights = placements.map(({ weight }) => weight);
      return new MaglevTable(placements, yield* fillMaglev(size, permutations, weights), modulo);
    },
  };
}

/**
 * Fills a Maglev table (Eisenbud et al., NSDI 2016, listing 1): in turns, each member takes the next free slot of its
 * permutation. Weights as in Envoy: the heaviest has a turn in each round, others in their share of them.
 *
 * @param size the number of slots, a prime
 * @param permutations in the order in which members take turns
 * @param weights one for each permutation
 * @returns for each slot the index of its member
 */
export function* fillMaglev(
  size: number,
  permutations: readonly Permutation[],
  weights: readonly number[],
): Generator<undefined, Int32Array> {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = Float64Array.from(weights, (weight) => weight / total);
  const largest = shares.reduce((most, share) => Math.max(most, share), 0);
  const targets = new Float64Array(shares.length);
  const wishes = Uint32Array.from(permutations, ({ offset }) => offset);
  const skips = Uint32Array.from(permutations, ({ skip }) => skip);
  const slots = new Int32Array(size).fill(FREE);
  /** Gives a member the next free slot of its permutation; returns how many were taken. */
  const takeSlot = (member: number): number => {
    const skip = skips[member] as number;
    let wish = wishes[member] as number;
    let taken = 0;
    while (slots[wish] !== FREE) {
      wish += skip;
      if (wish >= size) wish -= size;
      taken += 1;
    }
    slots[wish] = member;
    wishes[member] = wish;
    return taken;
  };
  // The round of each member's next turn, and the soonest in each block of members: where one is heavy, nearly all others
  // have none in nearly all rounds, and looking at each of them would take seconds.
  const rounds = new Float64Array(shares.length).fill(1);
  const soonest = new Float64Array(Math.ceil(shares.length / BLOCK)).fill(1);
  let filled = 0;
  let work = 0;
  for (let round = 1; filled < size; round += 1) {
    for (let block = 0; block < soonest.length && filled < size; block += 1) {
      work += 1;
      if (work > SLICE) {
        work = 0;
        yield;
      }
      if ((soonest[block] as number) > round) continue;
      let next = Number.POSITIVE_INFINITY;
      const end = Math.min(rounds.length, (block + 1) * BLOCK);
      for (let i = block * BLOCK; i < end && filled < size; i += 1) {
        if ((rounds[i] as number) <= round) {
          work += 1 + takeSlot(i);
          filled += 1;
          const target = (targets[i] as number) + largest;
          targets[i] = target;
          rounds[i] = roundOf(target, shares[i] as number, round + 1);
        }
        next = Math.min(next, rounds[i] as number);
      }
      soonest[block] = next;
    }
  }
  return slots;
}

/** The first round, from a certain one on, in which a share adds up to a target: rounded as Envoy does it, round by round. */
function roundOf(target: number, share: number, from: number): number {
  let round = Math.max(from, Math.floor(target / share));
  while (round * share < target) round += 1;
  return round;
}

/** Whether a number of slots can be filled and addressed: a prime of at most {@link MAX_TABLE_SIZE}. */
export function isTableSize(size: number): boolean {
  return Number.isInteger(size) && size >= 2 && size <= MAX_TABLE_SIZE && isPrime(size);
}

function sumWeights(placements: readonly Placement[]): { total: number; largest: number } {
  let total = 0;
  let largest = 0;
  for (const { weight } of placements) {
    total += weight;
    largest = Math.max(largest, weight);
  }
  return { total, largest };
}
