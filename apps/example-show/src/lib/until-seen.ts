import type { Cluster } from '@evenkeel/core';
import { nameOf } from './name-of.ts';

/** Resolves when a cluster has all of these instances. */
export function untilSeen(cluster: Cluster, names: readonly string[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const check = (): void => {
    const seen = new Set(cluster.inspect().endpoints.map(({ id }) => nameOf(id)));
    if (names.every((name) => seen.has(name))) resolve();
  };
  const subscription = cluster.subscribe(check);
  check();
  return promise.finally(() => subscription[Symbol.dispose]());
}
