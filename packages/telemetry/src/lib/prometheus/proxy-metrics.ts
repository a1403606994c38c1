import type { ObservedProxy } from '../observed-proxy.ts';
import type { ExchangeMetrics } from './exchange-metrics.ts';
import type { Instruments } from './instruments.ts';

/** Follows proxies. */
export interface ProxyMetrics {
  observe(proxy: ObservedProxy): Disposable;
}

/** Makes the instruments of what proxies do beside their exchanges. */
export function proxyMetrics({ counter, gauge }: Instruments, exchanges: ExchangeMetrics): ProxyMetrics {
  const proxies = new Set<ObservedProxy>();
  const refused = counter(
    'connections_refused_total',
    'Connections closed as what came was no valid request.',
    ['reason'],
  );
  const failed = counter('listener_failures_total', 'Connections that could not be accepted.', []);
  gauge('open_exchanges', 'Exchanges that are open, tunnels included.', [], (it) => {
    let open = 0;
    for (const proxy of proxies) open += proxy.inspect().active;
    it.set(open);
  });
  gauge('connections', 'Connections of clients that are open.', ['listener'], (it) => {
    for (const proxy of proxies) {
      for (const { address, port, connections } of proxy.inspect().listeners) {
        it.inc(
          { listener: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}` },
          connections,
        );
      }
    }
  });
  return {
    observe(proxy) {
      proxies.add(proxy);
      const subscription = proxy.subscribe((event) => {
        if (event.type === 'exchangeEnded') exchanges.exchangeEnded(event);
        else if (event.type === 'connectionRefused') refused.inc({ reason: event.reason });
        else if (event.type === 'listenerFailed') failed.inc();
      });
      return {
        [Symbol.dispose]() {
          subscription[Symbol.dispose]();
          proxies.delete(proxy);
        },
      };
    },
  };
}
