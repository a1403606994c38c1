import type { Cluster } from '@evenkeel/core';

/** Resolves when a cluster has all of these endpoints. */
export function untilSeen(cluster: Cluster, ids: readonly string[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const check = (): void => {
    const seen = new Set(cluster.inspect().endpoints.map(({ id }) => id));
    if (ids.every((id) => seen.has(id))) resolve();
  };
  const subscription = cluster.subscribe(check);
  check();
  return promise.finally(() => subscription[Symbol.dispose]());
}
