import type { Endpoint, Snapshot, WatchOptions } from '@evenkeel/core';
import { FACTS } from './record.ts';

/**
 * Uses the critical endpoints while nobody is better. Checks of all endpoints fail together when Consul, not
 * the service, has been away: leases run out while an agent is frozen. Endpoints in maintenance are left
 * alone.
 */
export async function* failOpen(
  snapshots: AsyncIterable<Snapshot>,
  onEvent: WatchOptions['onEvent'],
): AsyncGenerator<Snapshot, void, void> {
  let isOpen = false;
  for await (const snapshot of snapshots) {
    const { endpoints } = snapshot;
    const critical = endpoints.filter(({ metadata }) => metadata[FACTS.health] === 'critical');
    const wasOpen = isOpen;
    isOpen = critical.length > 0 && !endpoints.some(isUsable);
    if (isOpen && !wasOpen) {
      const message = `no endpoint is healthy: ${critical.length} critical ones are used all the same`;
      onEvent?.({ type: 'snapshotRejected', message });
    }
    yield isOpen ? { ...snapshot, endpoints: endpoints.map(opened) } : snapshot;
  }
}

function isUsable({ metadata }: Endpoint): boolean {
  const health = metadata[FACTS.health];
  return health === undefined || health === 'warning';
}

function opened(endpoint: Endpoint): Endpoint {
  const { metadata } = endpoint;
  return metadata[FACTS.health] === 'critical'
    ? { ...endpoint, weight: Number(metadata[FACTS.weight]) }
    : endpoint;
}
