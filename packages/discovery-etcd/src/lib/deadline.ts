import { type Clock, TimeoutError } from '@evenkeel/core';

/** How long something may take, and what ends it earlier. */
export interface DeadlineOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A signal of its own for something that must have begun in time. Disposing of it frees timer and listener. */
export interface Deadline extends Disposable {
  /** Aborted when the time has passed, or with the signal it was made of. */
  readonly signal: AbortSignal;
  /** It came in time: from now on only the outer signal ends it. */
  met(): void;
}

/**
 * Starts the time.
 *
 * @param what names what is waited for in the error
 */
export function startDeadline(what: string, { clock, timeoutMs, signal }: DeadlineOptions): Deadline {
  const own = new AbortController();
  const onAbort = (): void => own.abort(signal.reason);
  const timer = clock.setTimer(() => own.abort(new TimeoutError(what, timeoutMs, 'etcd')), timeoutMs);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return {
    signal: own.signal,
    met: () => timer[Symbol.dispose](),
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', onAbort);
    },
  };
}
