import { type PickContext, seededRandom } from '@evenkeel/core';

const HEX = 16;
const KEY_LENGTH = 16;

/**
 * Contexts with different keys of 16 characters.
 *
 * @param count a power of two
 */
export function keyedContexts(count: number): readonly PickContext[] {
  const random = seededRandom(20_150_101);
  const digit = (): string => Math.floor(random() * HEX).toString(HEX);
  return Array.from({ length: count }, () => ({
    hashKey: Array.from({ length: KEY_LENGTH }, digit).join(''),
  }));
}
