import { InvalidOptionsError, numberOption } from '@evenkeel/core';
import { type HashFunction, type HashName, hashOption } from './hashing/hash-function.ts';
import type { HashStrategy } from './hashing/hash-strategy.ts';
import { type KeyStrategyOptions, keyStrategy } from './hashing/key-strategy.ts';
import { murmur3 } from './hashing/murmur3.ts';
import { rendezvousBuilder } from './hashing/rendezvous-table.ts';

/** Options of {@link rendezvous}. */
export interface RendezvousOptions extends KeyStrategyOptions {
  /**
   * Buckets that keys are put into, a power of two. The share of an endpoint with n buckets is off by about
   * 1/√n. All clients must use the same number, and more take longer to build. @default 16,384
   */
  readonly buckets?: number;
  /** How the keys of requests are hashed; the upper bits choose the bucket. @default 'murmur3' */
  readonly hash?: HashName | HashFunction;
}

/**
 * Weighted rendezvous (highest random weight) hashing: Thaler & Ravishankar 1998, weights by Schindelhauer & Schomaker 2005.
 * Keys fall into buckets whose owners are computed ahead, so that a pick costs O(1) for any number of endpoints. Changes are minimal:
 * an endpoint that leaves or gets lighter only gives keys away, one that comes or gets heavier only takes some.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function rendezvous(options: RendezvousOptions = {}): HashStrategy {
  const buckets = numberOption('buckets', options.buckets, 16_384, { min: 2, max: 2 ** 22, integer: true });
  if ((buckets & (buckets - 1)) !== 0) {
    throw new InvalidOptionsError('buckets', buckets, 'a power of two from 2 to 4194304');
  }
  return keyStrategy({
    ...options,
    name: 'rendezvous',
    hash: hashOption('hash', options.hash, murmur3),
    builder: rendezvousBuilder(buckets),
  });
}
