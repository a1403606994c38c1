import type { Clock } from '@evenkeel/core';
import { pauseUntil } from '@evenkeel/core/driver';

const MS_PER_REQUEST = 150;
/** As many as an attempt can send that is asked for another token each time. Later ones are questions of a watch that lasted. */
const MAX_REQUESTS = 8;

/**
 * Waits until an attempt that failed has lasted 150 ms for each request it sent. With core's wait before the
 * next attempt, of 100 ms or more, whatever is broken gets ten requests a second at most: five of one attempt
 * take 850 ms.
 */
export function paceFailure(
  clock: Clock,
  attempt: { readonly startedAt: number; readonly requests: number },
  signal: AbortSignal,
): Promise<void> {
  const dueAt = attempt.startedAt + Math.min(attempt.requests, MAX_REQUESTS) * MS_PER_REQUEST;
  return pauseUntil(clock, dueAt, signal);
}
