import type { Cluster } from '../cluster.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import { ClusterRuntime } from './cluster-runtime.ts';

/**
 * Makes a cluster and begins to follow its discovery. Close it when it is no longer used.
 *
 * ```ts
 * const orders = createCluster({
 *   name: 'orders',
 *   discovery: staticDiscovery(['10.0.0.1:8080', '10.0.0.2:8080']),
 *   strategy: peakEwma(),
 * });
 * await orders.ready();
 * using pick = orders.pick();
 * ```
 *
 * @throws InvalidOptionsError when an option is missing or out of its range
 */
export function createCluster(options: ClusterOptions): Cluster {
  return new ClusterRuntime(options);
}
