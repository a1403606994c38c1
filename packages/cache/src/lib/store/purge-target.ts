import { InvalidOptionsError } from '@evenkeel/core';
import type { KeySpace } from './keys.ts';

/** Origin and path of a URL, as requests to it have them. */
export function urlTarget(url: string | URL): [origin: string, path: string] {
  const parsed = URL.parse(String(url));
  if (parsed === null || parsed.origin === 'null') {
    throw new InvalidOptionsError('url', String(url), 'an absolute URL, such as "https://example.com/a?b=c"');
  }
  return [parsed.origin, parsed.pathname + parsed.search];
}

/** The key of the generation of all below a URL. */
export function prefixTarget(space: KeySpace, url: string | URL, prefixDepth: number): string {
  const [origin, path] = urlTarget(url);
  const key = path.endsWith('/') && !path.includes('?') ? space.pathPrefix(origin, path) : undefined;
  if (key === undefined) {
    const allowed = `a URL that ends with "/" and has at most ${prefixDepth} segments (prefixDepth)`;
    throw new InvalidOptionsError('url', String(url), allowed);
  }
  return key;
}
