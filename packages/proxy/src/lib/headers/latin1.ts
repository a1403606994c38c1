/** Each byte as the character of its number. */
export function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return decode(buffer, byteOffset, byteLength);
}

/** Longer heads are decoded part by part, as a part that is cut from a text keeps the whole of it in memory. */
const MAX_SPAN = 16_384;

/**
 * {@link latin1} of each part. Those of a message's head mostly lie behind one another in one piece of memory: then that
 * is decoded as a whole and cut, at a fraction of the cost.
 */
export function latin1Parts(parts: readonly (Uint8Array | string)[]): string[] {
  if (!areInOnePiece(parts)) return parts.map((part) => (typeof part === 'string' ? part : latin1(part)));
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return [];
  const start = first.byteOffset;
  const text = decode(first.buffer, start, last.byteOffset + last.byteLength - start);
  const result: string[] = [];
  for (const { byteOffset, byteLength } of parts) {
    result.push(text.substring(byteOffset - start, byteOffset - start + byteLength));
  }
  return result;
}

function areInOnePiece(parts: readonly (Uint8Array | string)[]): parts is readonly Uint8Array[] {
  const [first] = parts;
  if (first === undefined || typeof first === 'string') return false;
  const { buffer, byteOffset } = first;
  let end = byteOffset;
  for (const part of parts) {
    if (typeof part === 'string' || part.buffer !== buffer || part.byteOffset < end) return false;
    end = part.byteOffset + part.byteLength;
  }
  return end - byteOffset <= MAX_SPAN;
}

function decode(buffer: ArrayBufferLike, byteOffset: number, byteLength: number): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}
