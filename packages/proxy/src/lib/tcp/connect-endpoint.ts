import { connect, type Socket } from 'node:net';
import { type Clock, type Endpoint, formatAddress, TimeoutError, withoutStack } from '@evenkeel/core';

/** How a connection to an endpoint is made. */
export interface ConnectOptions {
  readonly clock: Clock;
  /** 0 waits as long as the system does. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Idle time after which the system asks whether the other side is still there, in ms. */
export const KEEP_ALIVE_MS = 30_000;

/**
 * Connects to an endpoint. The socket neither reads nor ends by itself, and its errors find a listener.
 *
 * @throws the system's error, a TimeoutError, or the signal's reason
 */
export function connectEndpoint(
  { host, port }: Endpoint,
  { clock, timeoutMs, signal }: ConnectOptions,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({
      host,
      port,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    });
    const settle = (): void => {
      timer?.[Symbol.dispose]();
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      settle();
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(signal.reason);
    const timer =
      timeoutMs === 0
        ? undefined
        : clock.setTimer(
            () => fail(withoutStack(() => new TimeoutError('connect', timeoutMs, formatAddress(host, port)))),
            timeoutMs,
          );
    socket.once('connect', () => {
      settle();
      resolve(socket);
    });
    // Stays: an error of a socket that nobody has taken over yet must find a listener as well.
    socket.on('error', fail);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
