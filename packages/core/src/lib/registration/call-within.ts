import type { Clock } from '../clock.ts';
import { TimeoutError } from '../errors.ts';
import { within } from '../within.ts';

/** How long a call may take, and what an error calls it. */
export interface CallLimit {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly subject: string;
}

/**
 * Runs a call that may pay no heed to its signal, and waits for it no longer than the limit.
 *
 * @throws TimeoutError when the time has passed; whatever the call throws
 */
export function callWithin<T>(
  { clock, timeoutMs, subject }: CallLimit,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const onTimeout = (): Error => {
    const error = new TimeoutError('call', timeoutMs, subject);
    controller.abort(error);
    return error;
  };
  const started = (async () => call(controller.signal))();
  return within(started, { clock, timeoutMs, onTimeout });
}
