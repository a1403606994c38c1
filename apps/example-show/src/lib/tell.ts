import type { Cluster, Endpoint } from '@evenkeel/core';
import { nameOf } from './name-of.ts';

/** Prints what a cluster sees. Disposing ends it. */
export function tell(cluster: Cluster, line: (text: string) => void): Disposable {
  return cluster.subscribe((event) => {
    if (event.type === 'endpointsChanged') {
      if (event.added.length > 0) line(`  the cluster sees ${names(event.added)}`);
      const drained = event.updated.filter(({ weight }) => weight === 0);
      if (drained.length > 0) line(`  the cluster sends nothing more to ${names(drained)}`);
      if (event.removed.length > 0) line(`  the cluster sees no longer ${names(event.removed)}`);
    } else if (event.type === 'endpointEjected') {
      line(`  the cluster avoids ${nameOf(event.endpoint.id)}: ${event.detector}`);
    } else if (event.type === 'discoveryFailed') {
      line(`  the registry cannot be reached: ${String(event.error)}`);
    }
  });
}

function names(endpoints: readonly Endpoint[]): string {
  return endpoints.map(({ id }) => nameOf(id)).join(', ');
}
