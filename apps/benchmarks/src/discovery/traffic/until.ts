import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until something is so, looking each millisecond.
 *
 * @param ms how long to wait at most
 * @returns the time of `performance.now()` when it was so; NaN when it never was
 */
export async function until(isTrue: () => boolean, ms: number): Promise<number> {
  const deadline = performance.now() + ms;
  while (!isTrue()) {
    if (performance.now() > deadline) return Number.NaN;
    await sleep(1);
  }
  return performance.now();
}
