import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, DiscoveryState } from '@evenkeel/core';

const EVERY_MS = 5;

/**
 * Waits until something is true; also in tests that run side by side.
 *
 * @param withinMs how long at most, in ms
 * @throws Error when it is not within that time
 */
export async function until(isTrue: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${isTrue.toString()}`);
    await delay(EVERY_MS);
  }
}

/**
 * Waits until the discovery of a cluster is in a state.
 *
 * @param withinMs how long at most, in ms
 * @throws Error when it is not within that time
 */
export async function untilState(
  cluster: Pick<Cluster, 'inspect'>,
  wanted: DiscoveryState,
  withinMs = 10_000,
): Promise<void> {
  await until(() => cluster.inspect().discovery.state === wanted, withinMs);
}
