/** A promise of the first snapshot that any number of callers wait for, each with a signal of its own. */
export interface Readiness {
  readonly done: boolean;
  resolve(): void;
  /** All who wait, now and later, get the error; no effect once resolved. */
  reject(error: unknown): void;
  wait(signal: AbortSignal | undefined): Promise<void>;
}

/** @returns a readiness that nobody has reached yet */
export function readiness(): Readiness {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // A cluster that nobody waits for may be closed without an unhandled rejection.
  promise.catch(() => {});
  let done = false;
  return {
    get done() {
      return done;
    },
    resolve() {
      done = true;
      resolve();
    },
    reject,
    wait: (signal) => (signal === undefined ? promise : abortable(promise, signal)),
  };
}

function abortable(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
