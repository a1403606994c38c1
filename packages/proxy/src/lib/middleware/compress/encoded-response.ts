import type { RawHeaders, ResponseListener, ResponseWriter } from '../../exchange.ts';
import { wrapResponse } from '../wrap-response.ts';
import type { Encoder } from './encoders.ts';

/** Decides about a response when its head is known. */
export type StartEncoding = (
  status: number,
  headers: RawHeaders,
) => { readonly headers: RawHeaders; readonly encoder: Encoder | undefined };

/**
 * Stands before a response and encodes its content, if so decided. What is written is flushed as soon as nothing more waits to be
 * encoded, so that no event is held back; what the client does not take holds the encoder up, and the encoder whoever writes.
 */
export function encodedResponse(inner: ResponseWriter, begin: StartEncoding): ResponseWriter {
  let listener: ResponseListener | undefined;
  let encoder: Encoder | undefined;
  let writing = 0;
  let ended = false;
  let trailers: RawHeaders | undefined;

  const attach = (to: Encoder): void => {
    encoder = to;
    to.stream
      .on('data', (chunk: Buffer) => {
        if (!inner.write(chunk)) to.stream.pause();
      })
      .on('end', () => inner.end(trailers))
      .on('drain', () => listener?.drained())
      .on('error', () => inner.abort());
  };
  const written = ({ stream, flush }: Encoder): void => {
    writing--;
    if (writing === 0 && !ended && !stream.destroyed) flush();
  };
  return wrapResponse(inner, {
    listen(next) {
      listener = next;
      inner.listen({
        drained() {
          if (encoder === undefined) listener?.drained();
          else encoder.stream.resume();
        },
        closed(complete) {
          encoder?.stream.destroy();
          listener?.closed(complete);
        },
      });
    },
    start(status, reason, headers) {
      if (inner.started || inner.closed) return;
      const begun = begin(status, headers);
      if (begun.encoder !== undefined) attach(begun.encoder);
      inner.start(status, reason, begun.headers);
    },
    write(chunk) {
      const to = encoder;
      if (to === undefined) return inner.write(chunk);
      if (inner.closed || ended || to.stream.destroyed) return true;
      writing++;
      return to.stream.write(chunk, () => written(to));
    },
    end(last) {
      if (encoder === undefined) {
        inner.end(last);
        return;
      }
      if (ended) return;
      ended = true;
      trailers = last;
      encoder.stream.end();
    },
    abort() {
      encoder?.stream.destroy();
      inner.abort();
    },
  });
}
