import { mix32 } from '../subset/stable-hash.ts';

/**
 * Maps a hash key to [0, 1), so that equal keys choose the same priority and zone. FNV-1a over UTF-16 code units with a
 * final mix, as FNV's high bits alone are weak.
 */
export function keyShare(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (mix32(hash) >>> 0) / 4_294_967_296;
}
