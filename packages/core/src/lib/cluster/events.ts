import { channel } from 'node:diagnostics_channel';
import type { ClusterEvent } from '../cluster-event.ts';
import type { Pick } from './pick.ts';

const clusterChannel = channel('evenkeel:cluster');
const pickChannel = channel('evenkeel:pick');
const doneChannel = channel('evenkeel:done');

/** Hands a cluster's events to its subscribers and to the diagnostics channels of the process. */
export interface Events {
  emit(event: ClusterEvent): void;
  subscribe(listener: (event: ClusterEvent) => void): Disposable;
  picked(pick: Pick): void;
  done(pick: Pick): void;
}

/**
 * Channels: `evenkeel:cluster` gets each {@link ClusterEvent} with the field `cluster`; `evenkeel:pick` and `evenkeel:done`
 * get `{ cluster, endpoint, … }` for each pick. A channel without a subscriber costs one check of a boolean.
 *
 * @param cluster the name in each message
 */
export function createEvents(cluster: string): Events {
  const listeners = new Set<(event: ClusterEvent) => void>();
  return {
    emit(event) {
      // A copy: who subscribes while it is told of an event is told of the next.
      for (const listener of [...listeners]) {
        try {
          listener(event);
        } catch (error) {
          // The listener's own fault must reach its author, and nobody else: not the caller, not other listeners.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
      if (clusterChannel.hasSubscribers) clusterChannel.publish({ cluster, ...event });
    },
    subscribe(listener) {
      // A wrapper of its own lets one function subscribe twice and each subscription end by itself.
      const entry = (event: ClusterEvent): void => listener(event);
      listeners.add(entry);
      return { [Symbol.dispose]: () => void listeners.delete(entry) };
    },
    picked(pick) {
      if (pickChannel.hasSubscribers) pickChannel.publish({ cluster, endpoint: pick.endpoint });
    },
    done(pick) {
      if (!doneChannel.hasSubscribers) return;
      const { endpoint, kind, statusCode, error, latencyMs, startedAt, at } = pick;
      doneChannel.publish({
        cluster,
        endpoint,
        kind,
        statusCode,
        error,
        latencyMs,
        durationMs: at - startedAt,
      });
    },
  };
}
