import { type Clock, sleep } from '../clock.ts';

/**
 * Waits until a moment by the clock, in ms, or until the signal is aborted. It never rejects: for a watch that has a
 * failure to throw, and paces it so that whatever is broken is not asked more often than it should be.
 */
export async function pauseUntil(clock: Clock, moment: number, signal: AbortSignal): Promise<void> {
  const leftMs = moment - clock.now();
  if (leftMs <= 0) return;
  try {
    await sleep(clock, leftMs, signal);
  } catch {
    // Aborted: the caller throws what it has, or looks at the signal.
  }
}
