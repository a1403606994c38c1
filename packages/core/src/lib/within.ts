import type { Clock } from './clock.ts';

/** How long a wait may last. */
export interface WaitLimit {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Ends the wait earlier, with its reason. @default none */
  readonly signal?: AbortSignal;
  /** Makes the error when the time has passed. */
  readonly onTimeout: () => Error;
}

/**
 * Waits for a promise that may never settle. It leaves neither a timer nor a listener behind.
 *
 * @throws what `onTimeout` makes when the time has passed; the signal's reason; whatever the promise rejects with
 */
export function within<T>(promise: Promise<T>, limit: WaitLimit): Promise<T> {
  const { clock, timeoutMs, signal, onTimeout } = limit;
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      timer[Symbol.dispose]();
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      finish();
      reject(signal?.reason);
    };
    const timer = clock.setTimer(() => {
      finish();
      reject(onTimeout());
    }, timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    promise.then(resolve, reject).finally(finish);
  });
}
