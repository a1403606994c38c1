import type { ClientHttp2Stream } from 'node:http2';
import { addAbortSignal } from 'node:stream';

/**
 * Resets a stream with CANCEL. `close` would end an unfinished request first, and so make a part of it look whole; of the errors that
 * `destroy` takes, only that of an aborted signal means CANCEL to Node.
 */
export function cancelStream(stream: ClientHttp2Stream): void {
  if (!stream.destroyed) addAbortSignal(AbortSignal.abort(), stream);
}
