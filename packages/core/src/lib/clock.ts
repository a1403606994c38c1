/** The only source of time in Evenkeel. Monotonic: a jump of the wall clock ejects nobody and expires nothing. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /**
   * Calls back once after `ms` milliseconds, however many, unless disposed before; never after `Infinity`. Does not keep the
   * process alive.
   */
  setTimer(callback: () => void, ms: number): Disposable;
}

/** The longest delay that the timers of JavaScript know, in ms; a longer one would fire at once. */
const MAX_DELAY_MS = 2_147_483_647;

/** The process's own monotonic clock, with timers that do not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(callback, ms) {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      const next = leftMs > MAX_DELAY_MS ? (): void => wait(leftMs - MAX_DELAY_MS) : callback;
      // What is due at a moment may be overdue by a microsecond: Node warns of a negative delay.
      timer = setTimeout(next, Math.max(0, Math.min(leftMs, MAX_DELAY_MS))).unref();
    };
    wait(ms);
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
