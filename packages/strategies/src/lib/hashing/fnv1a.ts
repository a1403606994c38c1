import { packedWords, packText } from './packed-text.ts';

/** FNV-1a, 32 bits (RFC 9923). Its upper bits differ little between short, similar keys: prefer another for rings. */
export function fnv1a(text: string, out: Uint32Array): void {
  const length = packText(text);
  const words = packedWords();
  let h = 0x811c9dc5;
  for (let i = 0; i < length; i += 1) {
    h ^= ((words[i >>> 2] as number) >>> ((i & 3) << 3)) & 0xff;
    h = Math.imul(h, 0x01000193);
  }
  out[0] = h;
  out[1] = 0;
}
