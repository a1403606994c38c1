import { mix32 } from './mix.ts';
import { murmur3 } from './murmur3.ts';
import { pointsPerWeight, type RingLayout } from './ring-layout.ts';
import { xxHash64 } from './xx-hash64.ts';

const GOLDEN_RATIO = 0x9e3779b9;

const seed = new Uint32Array(2);

/**
 * The layout of this package: as many points per unit of weight as asked for, in 32 bits, mixed from one hash of the
 * name, which is many times cheaper than one hash for each point. Points depend on nothing but name and weight.
 */
export function evenkeelLayout(points: number): RingLayout {
  return {
    hash: murmur3,
    wide: false,
    cost: 0.06,
    counts: (weights, bounds) => pointsPerWeight(points, weights, bounds),
    place(key, count, { places }, start) {
      xxHash64(key, seed);
      const seedHigh = seed[0] as number;
      const seedLow = seed[1] as number;
      for (let i = 0; i < count; i += 1) {
        places[2 * (start + i)] = mix32(mix32(seedHigh + Math.imul(i, GOLDEN_RATIO)) ^ seedLow);
      }
    },
  };
}
