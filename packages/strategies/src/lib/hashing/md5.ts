import { packedWords, packText } from './packed-text.ts';

/** Left turns of the four rounds. */
const TURNS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const SINES = /* @__PURE__ */ Int32Array.from({ length: 64 }, (_, i) =>
  Math.floor(Math.abs(Math.sin(i + 1)) * 0x1_0000_0000),
);

const digest = new Uint32Array(4);
const block = new Uint32Array(16);

/** The first four bytes of MD5 (RFC 1321) as a little-endian integer, which is how libketama places a key: 32 bits. */
export function md5(text: string, out: Uint32Array): void {
  md5Words(text, digest);
  out[0] = digest[0] as number;
  out[1] = 0;
}

/**
 * Writes MD5 as four little-endian words. In TypeScript because a digest of so few bytes costs less than the call of
 * OpenSSL around it, which moreover has no MD5 in FIPS mode. Nothing here is about secrecy.
 */
export function md5Words(text: string, out: Uint32Array): void {
  const length = packText(text);
  const words = packedWords();
  out[0] = 0x67452301;
  out[1] = 0xefcdab89;
  out[2] = 0x98badcfe;
  out[3] = 0x10325476;
  // A byte 0x80, zeros, and the length in bits as 64-bit integer end the last of the 64-byte blocks.
  const blocks = ((length + 8) >>> 6) + 1;
  const end = length >>> 2;
  for (let i = 0; i < blocks; i += 1) {
    const first = i << 4;
    for (let j = 0; j < 16; j += 1) block[j] = first + j <= end ? (words[first + j] as number) : 0;
    if (end >= first && end < first + 16)
      block[end - first] = (block[end - first] as number) | (0x80 << ((length & 3) << 3));
    if (i === blocks - 1) {
      block[14] = length << 3;
      block[15] = length >>> 29;
    }
    addBlock(out);
  }
}

function addBlock(state: Uint32Array): void {
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  for (let i = 0; i < 64; i += 1) {
    let f: number;
    let word: number;
    if (i < 16) {
      f = (b & c) | (~b & d);
      word = i;
    } else if (i < 32) {
      f = (d & b) | (~d & c);
      word = (5 * i + 1) & 15;
    } else if (i < 48) {
      f = b ^ c ^ d;
      word = (3 * i + 5) & 15;
    } else {
      f = c ^ (b | ~d);
      word = (7 * i) & 15;
    }
    const turn = TURNS[((i >>> 4) << 2) | (i & 3)] as number;
    const sum = (a + f + (SINES[i] as number) + (block[word] as number)) | 0;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
}
