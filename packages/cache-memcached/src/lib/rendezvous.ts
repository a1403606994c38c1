import { crc32 } from 'node:zlib';

/**
 * Chooses a server for each key: the one with the highest score (rendezvous hashing, Thaler and Ravishankar 1998). Every client
 * with the same list chooses alike, whatever its order, and a server that is added, removed or left out moves only its own share.
 *
 * @returns a function that takes the key and which servers may be chosen, and returns -1 when there is none
 */
export function rendezvous(
  names: readonly string[],
): (key: string, usable?: (index: number) => boolean) => number {
  const seeds = names.map((name) => mix(crc32(name)));
  return (key, usable) => {
    const hash = crc32(key);
    let best = -1;
    let bestScore = -1;
    for (const [index, seed] of seeds.entries()) {
      if (usable?.(index) === false) continue;
      const score = mix(hash ^ seed);
      if (score > bestScore) [best, bestScore] = [index, score];
    }
    return best;
  };
}

/** The last step of MurmurHash3: a CRC alone would rank all keys alike. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
