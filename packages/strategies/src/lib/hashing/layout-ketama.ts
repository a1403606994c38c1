import { md5, md5Words } from './md5.ts';
import type { RingLayout } from './ring-layout.ts';

/** Digests for each endpoint of average weight; each makes four points. */
const DIGESTS = 40;

const digest = new Uint32Array(4);

/** The ring of libketama (RJ/ketama, `ketama.c`), memcached's usual one: the four words of md5("host:port-k"). */
export const ketamaLayout: RingLayout = {
  hash: md5,
  wide: false,
  cost: 0.2,
  counts(weights) {
    const total = Math.fround(weights.reduce((sum, weight) => sum + weight, 0));
    // The original computes in C's float, which decides how many points some weights get.
    return Uint32Array.from(weights, (weight) => {
      const share = Math.fround(Math.fround(weight) / total);
      return 4 * Math.floor(Math.fround(share * DIGESTS * weights.length));
    });
  },
  place(key, count, { places }, start) {
    for (let i = 0; i < count; i += 1) {
      if ((i & 3) === 0) md5Words(`${key}-${i >>> 2}`, digest);
      places[2 * (start + i)] = digest[i & 3] as number;
    }
  },
};
