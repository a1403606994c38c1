import type { Clock } from '@evenkeel/core';
import { DnsError } from '../dns-error.ts';

/** What bounds one attempt. */
export interface AttemptLimits {
  readonly clock: Clock;
  /** In ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called before anything is sent. */
  readonly onQuery?: () => void;
}

/** How a socket's events end an attempt. The first call counts. */
export interface AttemptEnd<T> {
  succeed(value: T): void;
  fail(error: Error): void;
}

/**
 * Runs one attempt on a socket of its own, and settles once that socket is closed: whoever awaits it knows that neither socket
 * nor timer is left.
 *
 * @param open opens the socket; returns what closes it and then calls back
 * @param subject names the server in the error
 * @throws DnsError `timeout`, what the attempt failed with, or the signal's reason
 */
export function attempt<T>(
  limits: AttemptLimits,
  subject: string,
  open: (end: AttemptEnd<T>) => (closed: () => void) => void,
): Promise<T> {
  const { clock, timeoutMs, signal } = limits;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    limits.onQuery?.();
    let ended = false;
    const end = (settle: () => void): void => {
      if (ended) return;
      ended = true;
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', onAbort);
      close(settle);
    };
    const close = open({
      succeed: (value) => end(() => resolve(value)),
      fail: (error) => end(() => reject(error)),
    });
    const onAbort = (): void => end(() => reject(signal.reason));
    const timer = clock.setTimer(() => {
      end(() => reject(new DnsError('timeout', `${subject} did not answer within ${timeoutMs} ms`)));
    }, timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
