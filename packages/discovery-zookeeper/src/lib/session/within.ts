import type { Clock } from '@evenkeel/core';
import { ZookeeperError } from '../zookeeper-error.ts';

/** How long a wait may last. */
export interface WaitLimit {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Waits for a promise that may never settle.
 *
 * @param what names the wait in the error
 * @throws ZookeeperError `timeout` when the time has passed; the signal's reason; whatever the promise rejects with
 */
export function within<T>(promise: Promise<T>, what: string, limit: WaitLimit): Promise<T> {
  const { clock, timeoutMs, signal } = limit;
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      finish();
      reject(signal.reason);
    };
    const timer = clock.setTimer(() => {
      finish();
      reject(new ZookeeperError('timeout', `${what}: no answer within ${timeoutMs} ms`));
    }, timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    promise.then(resolve, reject).finally(finish);
  });
}
