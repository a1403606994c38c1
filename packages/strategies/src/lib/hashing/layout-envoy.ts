import type { HashFunction } from './hash-function.ts';
import { murmur2 } from './murmur2.ts';
import type { RingLayout } from './ring-layout.ts';
import { xxHash64 } from './xx-hash64.ts';

const hash = new Uint32Array(2);

/** The ring of Envoy (`RING_HASH`) and gRPC (gRFC A42): xxHash64("host:port_i"), sized so that the lightest gets whole points. */
export const envoyLayout: RingLayout = layoutOf(xxHash64);

/** The ring of Envoy with `MURMUR_HASH_2`; keys are hashed by xxHash64 there too. */
export const envoyMurmur2Layout: RingLayout = layoutOf(murmur2);

function layoutOf(pointHash: HashFunction): RingLayout {
  return {
    hash: xxHash64,
    wide: true,
    cost: 0.4,
    counts(weights, { minRingSize, maxRingSize }) {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const smallest = weights.reduce((least, weight) => Math.min(least, weight / total), 1);
      const scale = Math.min(Math.ceil(smallest * minRingSize) / smallest, maxRingSize);
      // Running sums, as in the original: shares that are no whole number of points are rounded over the list.
      let target = 0;
      let placed = 0;
      return Uint32Array.from(weights, (weight) => {
        target += scale * (weight / total);
        const count = Math.max(0, Math.ceil(target) - placed);
        placed += count;
        return count;
      });
    },
    place(key, count, { places, low }, start) {
      for (let i = 0; i < count; i += 1) {
        pointHash(`${key}_${i}`, hash);
        places[2 * (start + i)] = hash[0] as number;
        low[start + i] = hash[1] as number;
      }
    },
  };
}
