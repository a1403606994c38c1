import type { ClusterEvent, Endpoint } from '@evenkeel/core';
import { describeFailure, errorText } from './failure.ts';
import { oneLine } from './one-line.ts';

const MAX_NAMES = 5;

/** One line for what an operator should know of a cluster; undefined for the rest, and for failures that only repeat those before them. */
export function describeEvent(cluster: string, event: ClusterEvent): string | undefined {
  const text = describe(event);
  return text === undefined ? undefined : oneLine(`cluster ${cluster}: ${text}`);
}

function describe(event: ClusterEvent): string | undefined {
  switch (event.type) {
    case 'endpointsChanged':
      return [
        `${event.total} endpoints`,
        ...names('added', event.added, ({ id }) => id),
        ...names('removed', event.removed, ({ id }) => id),
        // Weight 0 drains: with Consul that is how an endpoint begins to leave.
        ...names('changed', event.updated, ({ id, weight }) => `${id} (weight ${weight})`),
      ].join(', ');
    case 'discoveryStateChanged':
      return event.previous === 'initial' && event.state === 'live'
        ? undefined
        : `discovery ${event.state}: ${event.reason}`;
    case 'discoveryFailed': {
      const failure = describeFailure(event);
      return failure === undefined ? undefined : `discovery ${failure}`;
    }
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
      return `${event.source} failed: ${errorText(event.error)}`;
    default:
      return undefined;
  }
}

function names(word: string, endpoints: readonly Endpoint[], name: (endpoint: Endpoint) => string): string[] {
  if (endpoints.length === 0) return [];
  const shown = endpoints.slice(0, MAX_NAMES).map(name);
  const rest = endpoints.length - shown.length;
  return [`${word} ${shown.join(' ')}${rest > 0 ? ` and ${rest} more` : ''}`];
}
