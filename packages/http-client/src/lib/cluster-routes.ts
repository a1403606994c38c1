import { type Cluster, InvalidOptionsError } from '@evenkeel/core';
import type { BalanceOptions, ClusterRoute } from './http-client-options.ts';

/**
 * Every cluster with the key it goes by, and the name that errors give it.
 *
 * @throws InvalidOptionsError when there is something else than clusters
 */
export function* routesOf(
  clusters: BalanceOptions['clusters'],
): Iterable<readonly [key: string, field: string, entry: Cluster | ClusterRoute]> {
  if (typeof clusters !== 'object' || clusters === null) {
    throw new InvalidOptionsError('clusters', clusters, 'clusters by host, or a list of clusters');
  }
  if (isList(clusters)) {
    for (const [index, cluster] of clusters.entries()) {
      if (!isCluster(cluster)) throw new InvalidOptionsError(`clusters[${index}]`, cluster, 'a cluster');
      yield [cluster.name, `clusters[${index}]`, cluster];
    }
    return;
  }
  for (const [key, entry] of Object.entries(clusters)) {
    if (typeof entry !== 'object' || entry === null) {
      throw new InvalidOptionsError(`clusters.${key}`, entry, 'a cluster, or an object with one');
    }
    yield [key, `clusters.${key}`, entry];
  }
}

function isList(clusters: BalanceOptions['clusters']): clusters is readonly Cluster[] {
  return Array.isArray(clusters);
}

/** Whether an entry is a cluster itself, without settings of its own. */
export function isCluster(entry: Cluster | ClusterRoute): entry is Cluster {
  return typeof entry === 'object' && entry !== null && 'pick' in entry;
}

/**
 * The host as URLs write it.
 *
 * @throws InvalidOptionsError when the key is no host of a URL
 */
export function hostOf(key: string, field: string): string {
  const url = `http://${key}`;
  const host = URL.canParse(url) ? new URL(url).host : '';
  if (host === '' || host !== key.toLowerCase()) {
    throw new InvalidOptionsError(field, key, 'the host of a URL, such as "orders" or "orders:8080"');
  }
  return host;
}
