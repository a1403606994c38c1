import type { Readable } from 'node:stream';
import type { RequestBody } from '../exchange.ts';

/**
 * A body whose content goes through something on its way; the trailers behind it stay.
 *
 * @param open starts the content in its new form, once
 */
export function bodyThrough(body: RequestBody, open: () => Readable): RequestBody {
  return body.trailers === undefined ? { open } : { open, trailers: () => body.trailers?.() ?? [] };
}
