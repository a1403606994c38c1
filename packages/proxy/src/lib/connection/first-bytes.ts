import type { Socket } from 'node:net';
import { type Clock, TimeoutError, withoutStack } from '@evenkeel/core';
import type { Peeked } from './peek.ts';

/** What is waited for at the start of a connection. */
export interface FirstBytes<T> {
  /** Such as `PROXY header`, for errors. */
  readonly subject: string;
  /** Judges all that has been received so far; bounds itself how much that may be. */
  readonly parse: (bytes: Buffer) => Peeked<T>;
  readonly clock: Clock;
  /** How long the connection may take to send it, in ms; 0 sets no limit. */
  readonly timeoutMs: number;
}

/**
 * Reads the start of a connection as far as a parser wants it, and puts the rest back for whoever reads on.
 *
 * @param done called exactly once, in the turn in which the last byte was read, so that no event of the socket is missed
 */
export function readFirstBytes<T>(
  socket: Socket,
  { subject, parse, clock, timeoutMs }: FirstBytes<T>,
  done: (result: { readonly value: T } | { readonly error: Error }) => void,
): void {
  let seen = Buffer.alloc(0);
  const stop = (): void => {
    timer?.[Symbol.dispose]();
    socket.off('readable', onReadable).off('end', onEnd).off('close', onEnd);
  };
  const fail = (error: Error): void => {
    stop();
    done({ error });
  };
  const onEnd = (): void => fail(withoutStack(() => new Error(`the connection ended before its ${subject}`)));
  const onReadable = (): void => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read())
      seen = Buffer.concat([seen, chunk]);
    const parsed = parse(seen);
    if (parsed.state === 'more') return;
    if (parsed.state === 'refused') {
      fail(withoutStack(() => new Error(parsed.message)));
      return;
    }
    stop();
    if (parsed.length < seen.length) socket.unshift(seen.subarray(parsed.length));
    done({ value: parsed.value });
  };
  const timer =
    timeoutMs === 0
      ? undefined
      : clock.setTimer(
          () => fail(withoutStack(() => new TimeoutError(subject, timeoutMs, 'connection'))),
          timeoutMs,
        );
  socket.on('readable', onReadable).on('end', onEnd).on('close', onEnd);
}
