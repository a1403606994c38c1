import { setTimeout as pause } from 'node:timers/promises';
import type { WatchedCluster } from './watched-cluster.ts';

const PATIENCE_MS = 10_000;

/** Waits until a condition holds; throws after ten seconds. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - startedAt > PATIENCE_MS) throw new Error(`never came true: ${isTrue.toString()}`);
    await pause(5);
  }
}

/** Waits until the discovery of a cluster is in a state. */
export async function state(cluster: WatchedCluster, wanted: string): Promise<void> {
  await until(() => cluster.inspect().discovery.state === wanted);
}
