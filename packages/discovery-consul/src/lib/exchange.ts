import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Writable } from 'node:stream';
import { type Clock, DiscoveryError, TimeoutError } from '@evenkeel/core';
import type { PapiClient, PapiRequest } from './client.ts';

/** An answer, whatever its status. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How long the two parts of an answer may take, in ms. */
export interface ExchangeLimits {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly headersMs: number;
  readonly bodyMs: number;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * Sends one request and reads the whole answer. The library has no time limit of its own, and waits for ever
 * for the rest of a body that was cut off: both end here.
 *
 * @throws TimeoutError, DiscoveryError, the error of the connection, or the signal's reason
 */
export function exchange(
  client: PapiClient,
  method: 'GET' | 'PUT',
  request: Omit<PapiRequest, 'ctx' | 'pipe' | 'timeout'>,
  { clock, signal, headersMs, bodyMs }: ExchangeLimits,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const ctx = new EventEmitter();
    const chunks: Buffer[] = [];
    let bytes = 0;
    let response: IncomingMessage | undefined;
    let timer: Disposable | undefined;
    let isOver = false;

    const finish = (): boolean => {
      if (isOver) return false;
      isOver = true;
      timer?.[Symbol.dispose]();
      signal.removeEventListener('abort', onAbort);
      return true;
    };
    const fail = (error: unknown): void => {
      if (!finish()) return;
      reject(error);
      ctx.emit('cancel');
    };
    const onAbort = (): void => fail(signal.reason);
    const limit = (kind: string, ms: number): void => {
      timer?.[Symbol.dispose]();
      timer = clock.setTimer(() => fail(new TimeoutError(kind, ms, request.name)), ms);
    };
    const succeed = (): void => {
      if (response?.complete !== true || response.statusCode === undefined) {
        fail(new DiscoveryError('the answer was cut off'));
      } else if (finish()) {
        const { statusCode: status, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks).toString() });
      }
    };

    const pipe = new Writable({
      write(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES)
          fail(new DiscoveryError(`the answer has more than ${MAX_BODY_BYTES} bytes`));
        else chunks.push(chunk);
        done();
      },
    });
    pipe.once('pipe', (source: IncomingMessage) => {
      response = source;
      source.once('error', (cause) => fail(new DiscoveryError('the answer was cut off', { cause })));
      source.once('close', succeed);
      if (!isOver) limit('answer', bodyMs);
    });

    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    limit('request', headersMs);
    const call = method === 'GET' ? '_get' : '_put';
    client[call]({ ...request, ctx, pipe, timeout: 0 }).then(
      succeed,
      // The library rejects every status but 2xx; to this function those are answers like others.
      (error: unknown) => (response?.complete === true ? succeed() : fail(error)),
    );
  });
}
