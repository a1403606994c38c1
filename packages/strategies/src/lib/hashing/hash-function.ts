import { InvalidOptionsError } from '@evenkeel/core';
import { crc32 } from './crc32.ts';
import { fnv1a } from './fnv1a.ts';
import { md5 } from './md5.ts';
import { murmur2 } from './murmur2.ts';
import { murmur3 } from './murmur3.ts';
import { xxHash64 } from './xx-hash64.ts';

/**
 * Hashes the UTF-8 bytes of `text` to 64 bits: the upper half goes to `out[0]`, the lower to `out[1]`. A hash of 32 bits
 * is the upper half, with 0 below (which is there already). Two words, as a `bigint` or a pair would cost an allocation for each pick.
 */
export type HashFunction = (text: string, out: Uint32Array) => void;

/** The hash functions that can be asked for by name; all are exact copies of the published ones. */
export type HashName = 'xxhash64' | 'murmur3' | 'murmur2' | 'fnv1a' | 'crc32' | 'md5';

/**
 * Returns the function of a name, or the function itself.
 *
 * @throws InvalidOptionsError when it is neither
 */
export function hashOption(
  field: string,
  value: HashName | HashFunction | undefined,
  fallback: HashFunction,
): HashFunction {
  switch (value) {
    case undefined:
      return fallback;
    case 'xxhash64':
      return xxHash64;
    case 'murmur3':
      return murmur3;
    case 'murmur2':
      return murmur2;
    case 'fnv1a':
      return fnv1a;
    case 'crc32':
      return crc32;
    case 'md5':
      return md5;
    default:
      if (typeof value === 'function') return value;
      throw new InvalidOptionsError(
        field,
        value,
        'one of "xxhash64", "murmur3", "murmur2", "fnv1a", "crc32", "md5", or a function',
      );
  }
}
