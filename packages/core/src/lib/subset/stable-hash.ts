/** 64 well-mixed bits of a string, as two signed 32-bit halves. */
export interface StableHash {
  readonly high: number;
  readonly low: number;
}

/**
 * Hashes a string to the same 64 bits in every process: two multiplicative (FNV-1a) lanes over its UTF-16 code units,
 * each finished with Murmur3's mixer. Fit to spread and order ids; not a defence against chosen ids.
 */
export function stableHash(text: string): StableHash {
  let high = 0x811c9dc5 | 0;
  let low = text.length ^ 0x2545f491;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x5bd1e995);
    // A multiplication moves bits up only: bring the high ones back, or long strings lose their beginning.
    low ^= low >>> 15;
  }
  return { high: mix32(high ^ low), low: mix32(low ^ Math.imul(high, 0x9e3779b1)) };
}

/** The 32-bit finaliser of MurmurHash3 (Austin Appleby, public domain): every input bit flips half of the output bits. */
export function mix32(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** The first 53 bits of a hash as a number that orders as they do. */
export function orderOf(hash: StableHash): number {
  return (hash.high >>> 0) * 2_097_152 + (hash.low >>> 11);
}
