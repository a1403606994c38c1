import type { ClusterEvent } from '@evenkeel/core';
import type { EventReport } from './report.ts';

/** An event of a cluster as the report has it. */
export function describeEvent(atMs: number, client: string, event: ClusterEvent): EventReport {
  const endpoint = 'endpoint' in event ? event.endpoint.id : undefined;
  const detail = detailOf(event);
  return {
    atMs,
    client,
    type: event.type,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(detail === undefined ? {} : { detail }),
  };
}

function detailOf(event: ClusterEvent): string | undefined {
  switch (event.type) {
    case 'endpointsChanged':
      return `${event.added.length} added, ${event.removed.length} removed, ${event.updated.length} updated`;
    case 'discoveryStateChanged':
      return `${event.state}: ${event.reason}`;
    case 'discoveryFailed':
    case 'backgroundFailed':
      return String(event.error);
    case 'snapshotRejected':
      return event.message;
    case 'healthChanged':
      return `${event.healthy ? 'healthy' : 'unhealthy'}: ${event.reason}`;
    case 'endpointEjected':
      return `${event.detector}, for ${event.durationMs} ms`;
    case 'ejectionSkipped':
      return `${event.detector}: ${event.reason}`;
    case 'endpointReturned':
      return event.reason;
    case 'panicChanged':
      return `${event.active ? 'panic' : 'no panic'} in priority ${event.priority}`;
  }
}
