import { multiplyHigh } from './multiply.ts';
import { packedWords, packText } from './packed-text.ts';

const SEED = 0xc70f6907;
const MULTIPLIER_HIGH = 0xc6a4a793;
const MULTIPLIER_LOW = 0x5bd1e995;

/** MurmurHash2 64A with the seed of libstdc++ (`std::hash`), as in Envoy's `MURMUR_HASH_2`: 64 bits. */
export function murmur2(text: string, out: Uint32Array): void {
  const length = packText(text);
  const words = packedWords();
  const whole = (length >>> 3) << 1;
  let high = multiplyByConstantHigh(0, length);
  let low = SEED ^ Math.imul(length, MULTIPLIER_LOW);
  for (let i = 0; i < whole; i += 2) {
    const wordLow = words[i] as number;
    const mixedHigh = multiplyByConstantHigh(words[i + 1] as number, wordLow);
    const mixedLow = Math.imul(wordLow, MULTIPLIER_LOW) ^ (mixedHigh >>> 15);
    high ^= multiplyByConstantHigh(mixedHigh, mixedLow);
    low ^= Math.imul(mixedLow, MULTIPLIER_LOW);
    high = multiplyByConstantHigh(high, low);
    low = Math.imul(low, MULTIPLIER_LOW);
  }
  if ((length & 7) !== 0) {
    if ((length & 7) > 4) high ^= words[whole + 1] as number;
    low ^= words[whole] as number;
    high = multiplyByConstantHigh(high, low);
    low = Math.imul(low, MULTIPLIER_LOW);
  }
  low ^= high >>> 15;
  high = multiplyByConstantHigh(high, low);
  low = Math.imul(low, MULTIPLIER_LOW);
  out[0] = high;
  out[1] = low ^ (high >>> 15);
}

function multiplyByConstantHigh(high: number, low: number): number {
  return (
    (multiplyHigh(low, MULTIPLIER_LOW) + Math.imul(high, MULTIPLIER_LOW) + Math.imul(low, MULTIPLIER_HIGH)) |
    0
  );
}
