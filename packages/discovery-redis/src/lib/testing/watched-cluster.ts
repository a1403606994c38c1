import {
  type Candidate,
  type Cluster,
  createCluster,
  type Discovery,
  type Random,
  type Strategy,
} from '@evenkeel/core';

/** A cluster that remembers how few endpoints it ever had. */
export interface WatchedCluster extends Cluster {
  /** `Infinity` before the first endpoints. */
  smallest(): number;
  /** The ids of its endpoints, sorted. */
  ids(): readonly string[];
}

/** Makes a cluster over a discovery, with any strategy at all. */
export function watchedCluster(discovery: Discovery, random: Random = Math.random): WatchedCluster {
  const cluster = createCluster({ name: 's', discovery, strategy: firstStrategy(), random });
  let smallest = Number.POSITIVE_INFINITY;
  cluster.subscribe((event) => {
    if (event.type === 'endpointsChanged') smallest = Math.min(smallest, event.total);
  });
  return Object.assign(cluster, {
    smallest: () => smallest,
    ids: () =>
      cluster
        .inspect()
        .endpoints.map(({ id }) => id)
        .sort(),
  });
}

function firstStrategy(): Strategy {
  let first: Candidate | undefined;
  return {
    name: 'first',
    update(candidates) {
      first = candidates[0];
    },
    pick: () => first,
    clone: firstStrategy,
  };
}
