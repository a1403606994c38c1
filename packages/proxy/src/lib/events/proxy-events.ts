import { channel } from 'node:diagnostics_channel';
import type { ProxyEvent, ProxyListener } from './proxy-event.ts';

const proxyChannel = channel('evenkeel:proxy');

/** Hands a proxy's events to its subscribers and to the diagnostics channel `evenkeel:proxy`. */
export interface ProxyEvents {
  /** Whether anyone would see an event: it need not be made otherwise. */
  readonly wanted: boolean;
  emit(event: ProxyEvent): void;
  subscribe(listener: ProxyListener): Disposable;
}

/** Makes the events of one proxy. */
export function proxyEvents(): ProxyEvents {
  const listeners = new Set<ProxyListener>();
  return {
    get wanted() {
      return listeners.size > 0 || proxyChannel.hasSubscribers;
    },
    emit(event) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          // A listener's fault is its author's to see; it must not break the exchange or other listeners.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
      if (proxyChannel.hasSubscribers) proxyChannel.publish(event);
    },
    subscribe(listener) {
      const entry: ProxyListener = (event) => listener(event);
      listeners.add(entry);
      return { [Symbol.dispose]: () => void listeners.delete(entry) };
    },
  };
}
