/** Long enough for nearly every key; it grows when one is longer. */
const FIRST_WORDS = 64;

const encoder = new TextEncoder();
let words = new Uint32Array(FIRST_WORDS);

/**
 * Writes the UTF-8 bytes of `text` into a buffer that all hash functions share, four bytes to a little-endian word, and
 * zeros after the end. Words are made from char codes, so most keys need neither an encoder nor a copy.
 *
 * @returns the number of bytes
 */
export function packText(text: string): number {
  const { length } = text;
  // One byte for each char, and room for the zero words that follow.
  if (length + 16 > words.length * 4) words = new Uint32Array(length);
  const packed = words;
  const whole = length & ~3;
  let seen = 0;
  let at = 0;
  for (let i = 0; i < whole; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    seen |= a | b | c | d;
    packed[at++] = a | (b << 8) | (c << 16) | (d << 24);
  }
  let tail = 0;
  for (let i = length - 1; i >= whole; i -= 1) {
    const code = text.charCodeAt(i);
    seen |= code;
    tail = (tail << 8) | code;
  }
  packed[at] = tail;
  packed[at + 1] = 0;
  return seen > 0x7f ? packEncoded(text) : length;
}

/** The buffer that the last {@link packText} wrote. Take it anew after each call, as it may be another one. */
export function packedWords(): Uint32Array {
  return words;
}

function packEncoded(text: string): number {
  const bytes = encoder.encode(text);
  const { length } = bytes;
  if (length + 16 > words.length * 4) words = new Uint32Array(length);
  words.fill(0, 0, (length >>> 2) + 2);
  for (let i = 0; i < length; i += 1) {
    words[i >>> 2] = (words[i >>> 2] as number) | ((bytes[i] as number) << ((i & 3) << 3));
  }
  return length;
}
