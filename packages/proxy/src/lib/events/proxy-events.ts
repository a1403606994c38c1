import { channel } from 'node:diagnostics_channel';
import type { ExchangeTracer } from './exchange-tracer.ts';
import type { ProxyEvent, ProxyListener } from './proxy-event.ts';
import { quietly } from './quietly.ts';

const proxyChannel = channel('evenkeel:proxy');

/** What a subscriber wants to hear of. */
export interface SubscribeOptions {
  /** Whether each exchange is told of: the event costs something, and there are many. @default true */
  readonly exchanges?: boolean;
}

/** Hands a proxy's events to its subscribers and to the diagnostics channel `evenkeel:proxy`. */
export interface ProxyEvents {
  /** Whether anyone would see the end of an exchange: the event need not be made otherwise. */
  readonly wanted: boolean;
  /** Follows exchanges besides. */
  readonly tracer: ExchangeTracer | undefined;
  emit(event: ProxyEvent): void;
  subscribe(listener: ProxyListener, options?: SubscribeOptions): Disposable;
}

/** Makes the events of one proxy. */
export function proxyEvents(tracer?: ExchangeTracer): ProxyEvents {
  const all = new Set<ProxyListener>();
  const rare = new Set<ProxyListener>();
  return {
    tracer,
    get wanted() {
      return all.size > 0 || proxyChannel.hasSubscribers;
    },
    emit(event) {
      for (const listener of event.type === 'exchangeEnded' ? all : [...all, ...rare]) {
        // A listener's fault is its author's to see; it must not break the exchange or other listeners.
        quietly(() => listener(event));
      }
      if (proxyChannel.hasSubscribers) proxyChannel.publish(event);
    },
    subscribe(listener, { exchanges = true } = {}) {
      const listeners = exchanges ? all : rare;
      const entry: ProxyListener = (event) => listener(event);
      listeners.add(entry);
      return { [Symbol.dispose]: () => void listeners.delete(entry) };
    },
  };
}
