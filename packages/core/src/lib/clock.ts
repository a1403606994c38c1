/** The only source of time in Evenkeel. Monotonic: a jump of the wall clock ejects nobody and expires nothing. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Calls back once after `ms` milliseconds, unless disposed before. Never keeps the process alive. */
  setTimer(callback: () => void, ms: number): Disposable;
}

/** The process's own monotonic clock, with timers that do not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(callback, ms) {
    const timer = setTimeout(callback, ms).unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

/**
 * Waits `ms` milliseconds on the given clock.
 *
 * @throws the signal's reason as soon as it is aborted
 */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      timer[Symbol.dispose]();
      reject(signal.reason);
    };
    const timer = clock.setTimer(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
