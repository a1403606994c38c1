import { Transform } from 'node:stream';
import type { RequestBody } from '../exchange.ts';
import { bodyThrough } from '../request/body-through.ts';

/**
 * Copies a body while somebody else reads it.
 *
 * @param limit bytes beyond which there is no copy
 * @param copied told once when the body has ended well and is not longer
 */
export function copyBody(body: RequestBody, limit: number, copied: (bytes: Buffer) => void): RequestBody {
  return bodyThrough(body, () => {
    const source = body.open();
    const chunks: Buffer[] = [];
    let size = 0;
    const through = new Transform({
      transform(chunk: Buffer, _encoding, callback) {
        size += chunk.length;
        if (size <= limit) chunks.push(chunk);
        else chunks.length = 0;
        callback(null, chunk);
      },
      flush(callback) {
        if (size <= limit) copied(Buffer.concat(chunks));
        callback();
      },
      destroy(error, callback) {
        source.destroy();
        callback(error);
      },
    });
    source.once('error', (error) => through.destroy(error));
    // Whoever reads decides what an error means; it must never be an uncaught one.
    through.on('error', () => {});
    return source.pipe(through);
  });
}
