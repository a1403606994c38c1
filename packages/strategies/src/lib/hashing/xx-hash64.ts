import { multiplyHigh } from './multiply.ts';
import { packedWords, packText } from './packed-text.ts';

const P1_HIGH = 0x9e3779b1;
const P1_LOW = 0x85ebca87;
const P2_HIGH = 0xc2b2ae3d;
const P2_LOW = 0x27d4eb4f;
const P3_HIGH = 0x165667b1;
const P3_LOW = 0x9e3779f9;
const P4_HIGH = 0x85ebca77;
const P4_LOW = 0xc2b2ae63;
const P5_HIGH = 0x27d4eb2f;
const P5_LOW = 0x165667c5;

/** Four accumulators of 64 bits, upper half first: used for keys of 32 bytes and more only. */
const lanes = new Uint32Array(8);

/** XXH64 with seed 0 (Yann Collet, specification 0.2): 64 bits, the hash of Envoy's and gRPC's rings. */
export function xxHash64(text: string, out: Uint32Array): void {
  xxHash64Seeded(text, 0, out);
}

/** As {@link xxHash64}, with a seed of up to 32 bits. */
export function xxHash64Seeded(text: string, seed: number, out: Uint32Array): void {
  const length = packText(text);
  const words = packedWords();
  const end = length >>> 2;
  let at = 0;
  let high = P5_HIGH;
  let low = P5_LOW;
  if (length >= 32) {
    at = hashLanes(words, end & ~7, seed);
    high = lanes[0] as number;
    low = lanes[1] as number;
  } else {
    const sum = P5_LOW + seed;
    low = sum | 0;
    if (sum > 0xffffffff) high = (high + 1) | 0;
  }
  const started = (low >>> 0) + length;
  low = started | 0;
  if (started > 0xffffffff) high = (high + 1) | 0;

  for (; at + 1 < end; at += 2) {
    const wordLow = words[at] as number;
    // acc ^= rotl(word × P2, 31) × P1
    const k1Low = Math.imul(wordLow, P2_LOW);
    const k1High = timesHigh(words[at + 1] as number, wordLow, P2_HIGH, P2_LOW);
    const k2High = (k1High << 31) | (k1Low >>> 1);
    const k2Low = (k1Low << 31) | (k1High >>> 1);
    high ^= timesHigh(k2High, k2Low, P1_HIGH, P1_LOW);
    low ^= Math.imul(k2Low, P1_LOW);
    // acc = rotl(acc, 27) × P1 + P4
    const turnedHigh = (high << 27) | (low >>> 5);
    const turnedLow = (low << 27) | (high >>> 5);
    const sum = (Math.imul(turnedLow, P1_LOW) >>> 0) + P4_LOW;
    high = (timesHigh(turnedHigh, turnedLow, P1_HIGH, P1_LOW) + P4_HIGH + (sum > 0xffffffff ? 1 : 0)) | 0;
    low = sum | 0;
  }
  if (at < end) {
    // acc = rotl(acc ^ word × P1, 23) × P2 + P3
    const word = words[at] as number;
    at += 1;
    high ^= timesHigh(0, word, P1_HIGH, P1_LOW);
    low ^= Math.imul(word, P1_LOW);
    const turnedHigh = (high << 23) | (low >>> 9);
    const turnedLow = (low << 23) | (high >>> 9);
    const sum = (Math.imul(turnedLow, P2_LOW) >>> 0) + P3_LOW;
    high = (timesHigh(turnedHigh, turnedLow, P2_HIGH, P2_LOW) + P3_HIGH + (sum > 0xffffffff ? 1 : 0)) | 0;
    low = sum | 0;
  }
  let rest = words[at] as number;
  for (let i = length & 3; i > 0; i -= 1) {
    // acc = rotl(acc ^ byte × P5, 11) × P1
    const byte = rest & 0xff;
    rest >>>= 8;
    high ^= timesHigh(0, byte, P5_HIGH, P5_LOW);
    low ^= Math.imul(byte, P5_LOW);
    const turnedHigh = (high << 11) | (low >>> 21);
    const turnedLow = (low << 11) | (high >>> 21);
    high = timesHigh(turnedHigh, turnedLow, P1_HIGH, P1_LOW);
    low = Math.imul(turnedLow, P1_LOW);
  }

  // acc ^= acc >>> 33; acc ×= P2; acc ^= acc >>> 29; acc ×= P3; acc ^= acc >>> 32
  low ^= high >>> 1;
  high = timesHigh(high, low, P2_HIGH, P2_LOW);
  low = Math.imul(low, P2_LOW);
  low ^= (high << 3) | (low >>> 29);
  high ^= high >>> 29;
  high = timesHigh(high, low, P3_HIGH, P3_LOW);
  low = Math.imul(low, P3_LOW);
  out[0] = high;
  out[1] = low ^ high;
}

/** Hashes all whole stripes of 32 bytes and leaves the merged accumulator in the first lane. */
function hashLanes(words: Uint32Array, end: number, seed: number): number {
  setLane(0, P1_HIGH, P1_LOW, P2_HIGH, P2_LOW, seed);
  setLane(1, P2_HIGH, P2_LOW, 0, 0, seed);
  setLane(2, 0, 0, 0, 0, seed);
  // seed − P1
  setLane(3, ~P1_HIGH, ~P1_LOW + 1, 0, 0, seed);
  for (let at = 0; at < end; at += 8) {
    for (let lane = 0; lane < 4; lane += 1) {
      const index = lane << 1;
      roundLane(index, words[at + index + 1] as number, words[at + index] as number);
    }
  }
  mergeLanes();
  return end;
}

/** Sets a lane to the sum of two 64-bit integers and the seed. */
function setLane(
  lane: number,
  high: number,
  low: number,
  plusHigh: number,
  plusLow: number,
  seed: number,
): void {
  const sum = (low >>> 0) + (plusLow >>> 0) + seed;
  lanes[lane << 1] = high + plusHigh + Math.floor(sum / 0x1_0000_0000);
  lanes[(lane << 1) | 1] = sum;
}

/** lane = rotl(lane + word × P2, 31) × P1 */
function roundLane(index: number, wordHigh: number, wordLow: number): void {
  const sum = (lanes[index + 1] as number) + (Math.imul(wordLow, P2_LOW) >>> 0);
  const low = sum | 0;
  const carry = sum > 0xffffffff ? 1 : 0;
  const high = ((lanes[index] as number) + timesHigh(wordHigh, wordLow, P2_HIGH, P2_LOW) + carry) | 0;
  const turnedHigh = (high << 31) | (low >>> 1);
  const turnedLow = (low << 31) | (high >>> 1);
  lanes[index] = timesHigh(turnedHigh, turnedLow, P1_HIGH, P1_LOW);
  lanes[index + 1] = Math.imul(turnedLow, P1_LOW);
}

function mergeLanes(): void {
  let high = 0;
  let low = 0;
  // acc = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18)
  for (let lane = 0; lane < 4; lane += 1) {
    const turn = lane === 0 ? 1 : lane === 1 ? 7 : lane === 2 ? 12 : 18;
    const laneHigh = lanes[lane << 1] as number;
    const laneLow = lanes[(lane << 1) | 1] as number;
    const sum = (low >>> 0) + (((laneLow << turn) | (laneHigh >>> (32 - turn))) >>> 0);
    high = (high + ((laneHigh << turn) | (laneLow >>> (32 - turn))) + (sum > 0xffffffff ? 1 : 0)) | 0;
    low = sum | 0;
  }
  // acc = (acc ^ round(0, lane)) × P1 + P4
  for (let index = 0; index < 8; index += 2) {
    const laneHigh = lanes[index] as number;
    const laneLow = lanes[index + 1] as number;
    const k1High = timesHigh(laneHigh, laneLow, P2_HIGH, P2_LOW);
    const k1Low = Math.imul(laneLow, P2_LOW);
    const k2High = (k1High << 31) | (k1Low >>> 1);
    const k2Low = (k1Low << 31) | (k1High >>> 1);
    high ^= timesHigh(k2High, k2Low, P1_HIGH, P1_LOW);
    low ^= Math.imul(k2Low, P1_LOW);
    const sum = (Math.imul(low, P1_LOW) >>> 0) + P4_LOW;
    high = (timesHigh(high, low, P1_HIGH, P1_LOW) + P4_HIGH + (sum > 0xffffffff ? 1 : 0)) | 0;
    low = sum | 0;
  }
  lanes[0] = high;
  lanes[1] = low;
}

/** The upper half of the lower 64 bits of a product of two 64-bit integers. */
function timesHigh(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  return (multiplyHigh(aLow, bLow) + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0;
}
