import { compress } from '@evenkeel/proxy/middleware';
import { choice, count, list, object, pattern } from '../schema/fields.ts';
import { middlewareDriver } from './driver.ts';

/** Shorter answers for clients that accept them. */
export const compressDriver = middlewareDriver({
  schema: object('Compresses answers for clients that accept it.', {
    codings: list(
      'Codings to offer, the favourite first. Default zstd, br, gzip.',
      'codings',
      choice('A coding.', ['zstd', 'br', 'gzip']),
    ).exactOptional(),
    minBytes: count('Content known to be shorter stays as it is. Default 1024.').exactOptional(),
    types: list(
      'Media types to compress. Default text, JSON, XML, scripts, SVG, WebAssembly, plain fonts.',
      'media types',
      pattern('Such as text/*.', /^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+$/, 'a media type such as "text/*"'),
    ).exactOptional(),
    levels: object('How hard each coding tries.', {
      gzip: count('Default 6.', { min: 1, max: 9 }).exactOptional(),
      br: count('Default 4.', { max: 11 }).exactOptional(),
      zstd: count('Default 3.', { min: 1, max: 19 }).exactOptional(),
    }).exactOptional(),
  }),
  build: (config) => compress(config),
});
