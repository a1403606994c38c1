import { expect } from 'vitest';
import type { WatchedCluster } from './watched-cluster.ts';

/** Waits until a condition holds; fails after ten seconds. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(isTrue, { interval: 5, timeout: 10_000 }).toBe(true);
}

/** Waits until the discovery of a cluster is in a state. */
export async function state(cluster: WatchedCluster, wanted: string): Promise<void> {
  await until(() => cluster.inspect().discovery.state === wanted);
}
