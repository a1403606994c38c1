import { InvalidOptionsError } from '@evenkeel/core';

/** What shrinks, of what the web sends. */
export const COMPRESSIBLE: readonly string[] = [
  'text/*',
  'application/json',
  'application/*+json',
  'application/xml',
  'application/*+xml',
  'application/javascript',
  'application/x-javascript',
  'application/ecmascript',
  'application/manifest+json',
  'application/graphql',
  'application/x-ndjson',
  'application/wasm',
  'application/vnd.ms-fontobject',
  'font/ttf',
  'font/otf',
  'image/svg+xml',
  'image/bmp',
  'image/x-icon',
  'image/vnd.microsoft.icon',
];

const MAX_REMEMBERED = 500;

/**
 * Makes a test of `Content-Type` fields.
 *
 * @param types media types; a `*` stands for any part of one
 * @throws InvalidOptionsError for an entry that is no media type
 */
export function typeTest(types: readonly string[]): (contentType: string) => boolean {
  if (!Array.isArray(types)) throw new InvalidOptionsError('types', types, 'a list of media types');
  const patterns = types.map((type, index) => {
    if (typeof type !== 'string' || !/^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+$/.test(type)) {
      throw new InvalidOptionsError(`types[${index}]`, type, 'a media type such as "text/html" or "text/*"');
    }
    return type
      .toLowerCase()
      .replaceAll(/[$^.+]/g, '\\$&')
      .replaceAll('*', '[^/]*');
  });
  const pattern = new RegExp(`^(?:${patterns.join('|') || '(?!)'})$`);
  const known = new Map<string, boolean>();
  return (contentType) => {
    const remembered = known.get(contentType);
    if (remembered !== undefined) return remembered;
    const [type = ''] = contentType.split(';', 1);
    const matches = pattern.test(type.trim().toLowerCase());
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(contentType, matches);
    return matches;
  };
}
