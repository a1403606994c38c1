import type { Fields } from '../http/fields.ts';
import type { Directives } from '../undici-types.ts';

/** A complete response as it is kept; its body is never changed. */
export interface StoredResponse {
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly headers: Fields;
  /** The request fields that selected it, by lower-case name; null for an absent one. */
  readonly vary: Readonly<Record<string, string | null>>;
  readonly cacheControlDirectives: Directives;
  /** When the origin made it, in ms since 1970: its age counts from here. */
  readonly cachedAt: number;
  /** When it becomes stale, in ms since 1970. */
  readonly staleAt: number;
  /** When it is of no use any more, in ms since 1970. */
  readonly deleteAt: number;
  readonly tags: readonly string[];
  readonly body: Buffer;
}

/** What of a stored response takes memory, in bytes. */
export function responseBytes(response: StoredResponse): number {
  let bytes = response.body.length + 512;
  for (const [name, value] of Object.entries(response.headers)) {
    bytes += name.length + (typeof value === 'string' ? value.length : value.join().length);
  }
  return bytes;
}
