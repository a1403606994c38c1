import { numberOption, type Random, requiredNumber, type Strategy, seededRandom } from '@evenkeel/core';
import { idleCandidate } from './idle-candidate.ts';

/** What {@link keySpread} is to look at. */
export interface KeySpreadOptions {
  /** Makes a strategy that follows hash keys. It is updated once for each fleet, and sees nobody in flight. */
  readonly strategy: (context: { readonly random: Random }) => Strategy;
  /** How many endpoints of weight 1, or their weights. */
  readonly endpoints: number | readonly number[];
  /** How many different keys are picked, once each. @default 1,000 for each endpoint */
  readonly keys?: number;
  /** Names the keys and the endpoints: another seed is another draw of the hash. @default 1 */
  readonly seed?: number;
}

/** How evenly keys lie, and how many move when an endpoint leaves. */
export interface KeySpread {
  /** Most keys of an endpoint ÷ its share by weight of all of them. Of few keys chance alone makes it more than 1. */
  readonly maxRatio: number;
  /** Fewest keys of an endpoint ÷ its share by weight. */
  readonly minRatio: number;
  /** Keys that moved when the endpoint in the middle of the list left, although it did not own them ÷ all keys. */
  readonly excessMovedRatio: number;
  /** Keys of each endpoint, in their order. */
  readonly counts: readonly number[];
}

/**
 * Counts where keys live, and which of them move when one endpoint leaves: what a strategy on hash keys is judged by.
 *
 * @throws InvalidOptionsError when a number is out of its range
 */
export function keySpread(options: KeySpreadOptions): KeySpread {
  const { strategy: make } = options;
  const weights = typeof options.endpoints === 'number' ? equal(options.endpoints) : options.endpoints;
  const count = requiredNumber('endpoints', weights.length, { min: 2, integer: true });
  const seed = numberOption('seed', options.seed, 1, { min: Number.MIN_SAFE_INTEGER, integer: true });
  const keys = numberOption('keys', options.keys, 1_000 * count, { min: 1, integer: true });
  const candidates = weights.map((weight, index) => idleCandidate(`${seed}-${index}`, weight));
  const gone = count >> 1;

  const strategy = make({ random: seededRandom(seed) });
  strategy.update(candidates);
  // One made for the smaller fleet: a table that is rebuilt in the background would still be the old one.
  const without = make({ random: seededRandom(seed) });
  without.update(candidates.toSpliced(gone, 1));
  const indexes = new Map(candidates.map((candidate, index) => [candidate, index]));
  const counts = new Array<number>(count).fill(0);
  let moved = 0;
  for (let key = 0; key < keys; key++) {
    const context = { hashKey: `${seed}/${key}` };
    const owner = strategy.pick(context);
    const index = owner === undefined ? undefined : indexes.get(owner);
    if (index === undefined) continue;
    counts[index] = (counts[index] ?? 0) + 1;
    if (index !== gone && without.pick(context) !== owner) moved++;
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const ratios = counts.map((owned, index) => (owned * total) / (keys * (weights[index] ?? 1)));
  return {
    maxRatio: Math.max(...ratios),
    minRatio: Math.min(...ratios),
    excessMovedRatio: moved / keys,
    counts,
  };
}

function equal(count: number): number[] {
  return new Array<number>(
    requiredNumber('endpoints', count, { min: 2, max: 1_000_000, integer: true }),
  ).fill(1);
}
