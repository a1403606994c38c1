import { packedWords, packText } from './packed-text.ts';

const TABLE = /* @__PURE__ */ makeTable();

/** CRC-32 as in zlib, nginx and Pingora (ISO 3309): 32 bits. */
export function crc32(text: string, out: Uint32Array): void {
  const length = packText(text);
  const words = packedWords();
  const whole = length >>> 2;
  let state = -1;
  for (let i = 0; i < whole; i += 1) state = crc32Word(state, words[i] as number);
  let rest = words[whole] as number;
  for (let i = length & 3; i > 0; i -= 1) {
    state = (TABLE[(state ^ rest) & 0xff] as number) ^ (state >>> 8);
    rest >>>= 8;
  }
  out[0] = ~state;
  out[1] = 0;
}

/** Goes on with a raw (not inverted) CRC-32 state over the four bytes of a little-endian word. */
export function crc32Word(state: number, word: number): number {
  const x = state ^ word;
  return (
    (TABLE[0x300 + (x & 0xff)] as number) ^
    (TABLE[0x200 + ((x >>> 8) & 0xff)] as number) ^
    (TABLE[0x100 + ((x >>> 16) & 0xff)] as number) ^
    (TABLE[x >>> 24] as number)
  );
}

/** Four tables of 256 entries, so that a word takes four look-ups that do not wait for each other. */
function makeTable(): Int32Array {
  const table = new Int32Array(0x400);
  for (let i = 0; i < 0x100; i += 1) {
    let entry = i;
    for (let bit = 0; bit < 8; bit += 1) entry = (entry & 1) === 0 ? entry >>> 1 : (entry >>> 1) ^ 0xedb88320;
    table[i] = entry;
  }
  for (let i = 0x100; i < 0x400; i += 1) {
    const before = table[i - 0x100] as number;
    table[i] = (table[before & 0xff] as number) ^ (before >>> 8);
  }
  return table;
}
