import type { Clock } from '../clock.ts';
import { type Endpoint, formatAddress } from '../endpoint.ts';
import { EvenkeelError, TimeoutError } from '../errors.ts';
import type { HealthChecker } from '../health.ts';

/** How a check ended. */
export type CheckResult = { readonly passed: true } | { readonly passed: false; readonly error: unknown };

/** A check under way. */
export interface RunningCheck {
  /** Aborts it; its result is never reported. */
  cancel(): void;
}

/**
 * Runs one check and reports its result exactly once, at its time limit at the latest: a checker that ignores its signal
 * holds nobody up, and what it says later is ignored.
 */
export function runCheck(
  checker: HealthChecker,
  endpoint: Endpoint,
  clock: Clock,
  timeoutMs: number,
  report: (result: CheckResult) => void,
): RunningCheck {
  const abort = new AbortController();
  let open = true;
  const close = (): boolean => {
    const wasOpen = open;
    open = false;
    timer[Symbol.dispose]();
    return wasOpen;
  };
  const timer = clock.setTimer(() => {
    const error = new TimeoutError('health check', timeoutMs, formatAddress(endpoint.host, endpoint.port));
    close();
    abort.abort(error);
    report({ passed: false, error });
  }, timeoutMs);

  // Asked a moment later, a checker that throws outright is one that rejects, and one that cancels itself finds all set up.
  const ask = async (): Promise<void> => {
    await Promise.resolve();
    if (open) await checker.check(endpoint, { signal: abort.signal });
  };
  ask().then(
    () => {
      if (close()) report({ passed: true });
    },
    (error: unknown) => {
      if (close()) report({ passed: false, error });
    },
  );
  return {
    cancel() {
      if (close())
        abort.abort(new EvenkeelError('ERR_EVENKEEL_CLOSED', 'the health check is no longer needed'));
    },
  };
}
