import { type Random, seededRandom } from '@evenkeel/core';

/**
 * Makes the independent sources of chance of one simulation, each by its name: what one part draws does not shift what
 * another one gets, so two strategies meet the same arrivals.
 */
export type RandomStreams = (name: string) => Random;

/** @param seed any integer; the same one gives the same streams everywhere */
export function randomStreams(seed: number): RandomStreams {
  return (name) => seededRandom(hash(name, seed));
}

/** FNV-1a over the seed and the name, finished by murmur3's mix. */
function hash(name: string, seed: number): number {
  let h = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
