import type { Clock } from '@evenkeel/core';
import { pauseUntil } from '@evenkeel/core/driver';

/** What an attempt asks for: two connections, a subscription and two readings. */
const REQUESTS = 5;
const MS_PER_REQUEST = 100;

/**
 * Waits until an attempt that failed after its first connection has lasted as long as its requests may take at ten a
 * second. Core's wait alone would let a broken server have twenty connections a second.
 */
export function paceFailure(clock: Clock, startedAt: number, signal: AbortSignal): Promise<void> {
  return pauseUntil(clock, startedAt + REQUESTS * MS_PER_REQUEST, signal);
}
