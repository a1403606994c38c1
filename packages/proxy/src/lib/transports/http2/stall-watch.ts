import type { ServerHttp2Stream } from 'node:http2';
import type { Clock } from '@evenkeel/core';

/** Watches a stream whose request is not complete. */
export interface StallWatch extends Disposable {
  /** Something went in or out. */
  moved(): void;
}

/**
 * Resets a stream on which nothing moves in either direction while its request is not complete. A limit on the whole request,
 * as HTTP/1.1 has it, would end streams of gRPC that are meant to stay open.
 *
 * @param limitMs 0 sets no limit
 */
export function stallWatch(stream: ServerHttp2Stream, clock: Clock, limitMs: number): StallWatch {
  let lastAt = clock.now();
  let timer: Disposable | undefined;
  const dispose = (): void => timer?.[Symbol.dispose]();
  const wait = (ms: number): void => {
    timer = clock.setTimer(() => {
      const leftMs = lastAt + limitMs - clock.now();
      if (leftMs > 0) wait(leftMs);
      else stream.destroy(new Error('the request stood still'));
    }, ms);
  };
  if (limitMs > 0) wait(limitMs);
  stream.once('end', dispose);
  stream.once('close', dispose);
  return {
    moved() {
      lastAt = clock.now();
    },
    [Symbol.dispose]: dispose,
  };
}
