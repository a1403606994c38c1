import type { Cluster, Endpoint } from '@evenkeel/core';

/** Prints what a cluster sees. Disposing ends it. */
export function tell(cluster: Cluster, line: (text: string) => void): Disposable {
  return cluster.subscribe((event) => {
    if (event.type === 'endpointsChanged') {
      if (event.added.length > 0) line(`  the cluster sees ${names(event.added)}`);
      if (event.removed.length > 0) line(`  the cluster sees no longer ${names(event.removed)}`);
    } else if (event.type === 'endpointEjected') {
      line(`  the cluster avoids ${event.endpoint.id}: ${event.detector}`);
    } else if (event.type === 'discoveryFailed') {
      line(`  the registry cannot be reached: ${String(event.error)}`);
    }
  });
}

function names(endpoints: readonly Endpoint[]): string {
  return endpoints.map(({ id }) => id).join(', ');
}
