import type { ResponseWriter } from '../exchange.ts';

/** What a wrapped response may do otherwise than the one it stands before. */
export type ResponseChanges = Partial<
  Pick<ResponseWriter, 'listen' | 'inform' | 'start' | 'write' | 'end' | 'abort'>
>;

/** Makes a response writer that does as `inner` does but for the given changes, which call `inner` themselves. */
export function wrapResponse(inner: ResponseWriter, changes: ResponseChanges): ResponseWriter {
  return {
    get started() {
      return inner.started;
    },
    get closed() {
      return inner.closed;
    },
    listen: (listener) => inner.listen(listener),
    inform: (status, headers) => inner.inform(status, headers),
    start: (status, reason, headers) => inner.start(status, reason, headers),
    write: (chunk) => inner.write(chunk),
    end: (trailers) => inner.end(trailers),
    abort: () => inner.abort(),
    switchProtocols: (headers) => inner.switchProtocols(headers),
    ...changes,
  };
}
