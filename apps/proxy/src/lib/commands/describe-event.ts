import type { StoreEvent } from '@evenkeel/cache';
import type { ClusterEvent, Endpoint } from '@evenkeel/core';

/** One line for what an operator should know of a cluster; undefined for the rest. */
export function describeEvent(cluster: string, event: ClusterEvent): string | undefined {
  const text = describe(event);
  return text === undefined ? undefined : `cluster ${cluster}: ${text}`;
}

/** One line for what an operator should know of the store of a cache; undefined for the rest. */
export function describeStoreEvent(event: StoreEvent): string | undefined {
  switch (event.type) {
    case 'storeDown':
      return `cache in ${event.store}: left alone until it answers again (${text(event.error)})`;
    case 'storeRecovered':
      return `cache in ${event.store}: in use again after ${Math.round(event.downMs)} ms`;
    default:
      return undefined;
  }
}

function describe(event: ClusterEvent): string | undefined {
  switch (event.type) {
    case 'endpointsChanged':
      return `${event.total} endpoints${names(' added', event.added)}${names(' removed', event.removed)}`;
    case 'discoveryStateChanged':
      return event.previous === 'initial' && event.state === 'live'
        ? undefined
        : `discovery ${event.state}: ${event.reason}`;
    case 'discoveryFailed':
      return `discovery failed (${text(event.error)}), next try in ${Math.round(event.retryInMs)} ms`;
    case 'snapshotRejected':
      return event.message;
    case 'healthChanged':
      return `${event.endpoint.id} ${event.healthy ? 'healthy' : 'unhealthy'}: ${event.reason}`;
    case 'endpointEjected':
      return `${event.endpoint.id} ejected by ${event.detector} for ${Math.round(event.durationMs)} ms`;
    case 'endpointReturned':
      return `${event.endpoint.id} back: ${event.reason}`;
    case 'panicChanged':
      return `priority ${event.priority} ${event.active ? `in panic, ${event.mode}` : 'out of panic'}`;
    case 'backgroundFailed':
      return `${event.source} failed: ${text(event.error)}`;
    default:
      return undefined;
  }
}

function names(word: string, endpoints: readonly Endpoint[]): string {
  if (endpoints.length === 0) return '';
  const shown = endpoints.slice(0, 5).map(({ id }) => id);
  return `,${word} ${shown.join(' ')}${endpoints.length > 5 ? ` and ${endpoints.length - 5} more` : ''}`;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
