import { InvalidOptionsError } from '@evenkeel/core';
import type { RequestObserver } from './request-observer.ts';

/** Calls user code that must not break a request: what it throws becomes an uncaught exception of the process. */
export function notifyObserver(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** @throws InvalidOptionsError naming the field */
export function checkObserver(
  field: string,
  observer: RequestObserver | undefined,
): RequestObserver | undefined {
  if (observer !== undefined && (typeof observer !== 'object' || observer === null)) {
    throw new InvalidOptionsError(field, observer, 'an object with attemptStarted or attemptEnded');
  }
  return observer;
}
