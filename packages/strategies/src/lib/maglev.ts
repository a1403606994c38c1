import { InvalidOptionsError } from '@evenkeel/core';
import { type HashFunction, type HashName, hashOption } from './hashing/hash-function.ts';
import type { HashStrategy } from './hashing/hash-strategy.ts';
import { type KeyStrategyOptions, keyStrategy } from './hashing/key-strategy.ts';
import { isTableSize, MAX_TABLE_SIZE, maglevBuilder } from './hashing/maglev-table.ts';
import { murmur3 } from './hashing/murmur3.ts';

/** Options of {@link maglev}. */
export interface MaglevOptions extends KeyStrategyOptions {
  /**
   * Slots of the table, a prime of at most 2,097,152. A hundred for each endpoint keep shares within 1 % of the weights.
   *
   * @default 65,537, as in Envoy
   */
  readonly tableSize?: number;
  /** How the keys of requests are hashed; 'xxhash64' agrees with Envoy. @default 'murmur3', the fastest here */
  readonly hash?: HashName | HashFunction;
}

/**
 * Maglev hashing (Eisenbud et al., NSDI 2016), with Envoy's table: shares that follow the weights almost exactly, and picks
 * in O(1). When an endpoint leaves, up to 1 % of the keys of others move too. Larger tables than the default
 * are rebuilt in slices while the old one serves.
 *
 * @throws InvalidOptionsError when the table size is not a prime, or the hash unknown
 */
export function maglev(options: MaglevOptions = {}): HashStrategy {
  const { tableSize = 65_537 } = options;
  if (!isTableSize(tableSize)) {
    throw new InvalidOptionsError('tableSize', tableSize, `a prime number of at most ${MAX_TABLE_SIZE}`);
  }
  return keyStrategy({
    ...options,
    name: 'maglev',
    hash: hashOption('hash', options.hash, murmur3),
    builder: maglevBuilder(tableSize),
  });
}
