import { type Clock, sleep } from '@evenkeel/core';

/** What an attempt asks for: two connections, a subscription and two readings. */
const REQUESTS = 5;
const MS_PER_REQUEST = 100;

/**
 * Waits until an attempt that failed after its first connection has lasted as long as its requests may take at ten a
 * second. Core's wait alone would let a broken server have twenty connections a second.
 */
export async function paceFailure(clock: Clock, startedAt: number, signal: AbortSignal): Promise<void> {
  const leftMs = startedAt + REQUESTS * MS_PER_REQUEST - clock.now();
  if (leftMs <= 0) return;
  try {
    await sleep(clock, leftMs, signal);
  } catch {
    // Aborted: the caller looks at the signal.
  }
}
