import { channel } from 'node:diagnostics_channel';
import type { ExchangeTracer } from './exchange-tracer.ts';
import type { ProxyEvent, ProxyListener } from './proxy-event.ts';
import { quietly } from './quietly.ts';

const proxyChannel = channel('evenkeel:proxy');

/** Hands a proxy's events to its subscribers and to the diagnostics channel `evenkeel:proxy`. */
export interface ProxyEvents {
  /** Whether anyone would see an event: it need not be made otherwise. */
  readonly wanted: boolean;
  /** Follows exchanges besides. */
  readonly tracer: ExchangeTracer | undefined;
  emit(event: ProxyEvent): void;
  subscribe(listener: ProxyListener): Disposable;
}

/** Makes the events of one proxy. */
export function proxyEvents(tracer?: ExchangeTracer): ProxyEvents {
  const listeners = new Set<ProxyListener>();
  return {
    tracer,
    get wanted() {
      return listeners.size > 0 || proxyChannel.hasSubscribers;
    },
    emit(event) {
      for (const listener of listeners) {
        // A listener's fault is its author's to see; it must not break the exchange or other listeners.
        quietly(() => listener(event));
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
