import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until something is true; unlike `expect.poll` also in tests that run side by side.
 *
 * @throws Error when it is not within the limit
 */
export async function until(isTrue: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${isTrue.toString()}`);
    await delay(5);
  }
}
