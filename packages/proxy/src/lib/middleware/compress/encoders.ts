import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib';
import { checkKeys, type KnownKeys, numberOption } from '@evenkeel/core';
import type { Coding } from './accept-encoding.ts';

/** How hard each coding tries. */
export interface CompressionLevels {
  /** 1–9. @default 6 */
  readonly gzip?: number;
  /** 0–11; above 6 it is slow. @default 4 */
  readonly br?: number;
  /** 1–19. @default 3 */
  readonly zstd?: number;
}

/** What encodes one response. */
export interface Encoder {
  readonly stream: Transform;
  /** Brings everything out that was written so far. */
  flush(): void;
}

/** Makes an encoder for one response. */
export type MakeEncoder = (coding: Coding) => Encoder;

const KEYS: KnownKeys<CompressionLevels> = { gzip: true, br: true, zstd: true };

/** @throws InvalidOptionsError for a level out of its range */
export function encoders(levels: CompressionLevels = {}): MakeEncoder {
  checkKeys('levels', levels, KEYS);
  const level = (coding: Coding, fallback: number, min: number, max: number): number =>
    numberOption(`levels.${coding}`, levels[coding], fallback, { min, max, integer: true });
  const gzip = { level: level('gzip', 6, 1, 9) };
  const br = { params: { [constants.BROTLI_PARAM_QUALITY]: level('br', 4, 0, 11) } };
  const zstd = { params: { [constants.ZSTD_c_compressionLevel]: level('zstd', 3, 1, 19) } };
  return (coding) => {
    switch (coding) {
      case 'gzip': {
        const stream = createGzip(gzip);
        // A full flush, as without the argument, forgets all that was seen: what follows would shrink less.
        return { stream, flush: () => stream.flush(constants.Z_SYNC_FLUSH) };
      }
      case 'br': {
        const stream = createBrotliCompress(br);
        return { stream, flush: () => stream.flush() };
      }
      case 'zstd': {
        const stream = createZstdCompress(zstd);
        return { stream, flush: () => stream.flush() };
      }
    }
  };
}
