import type { ConnectionEvent, ObservedTcpProxy } from '../observed-proxy.ts';
import type { Instruments } from './instruments.ts';

/** Follows proxies for TCP connections. */
export interface TcpMetrics {
  observe(proxy: ObservedTcpProxy): Disposable;
}

/** Makes the instruments of TCP connections. */
export function tcpMetrics({ counter, gauge }: Instruments): TcpMetrics {
  const proxies = new Set<ObservedTcpProxy>();
  const ended = counter(
    'tcp_connections_total',
    'TCP connections that ended, by why they were broken off; empty for an orderly end.',
    ['cluster', 'reason'],
  );
  const received = counter('tcp_received_bytes_total', 'Bytes from clients of TCP listeners.', ['cluster']);
  const sent = counter('tcp_sent_bytes_total', 'Bytes to clients of TCP listeners.', ['cluster']);
  const refused = counter('tcp_refused_total', 'TCP connections that were routed nowhere.', ['reason']);
  gauge('tcp_open_connections', 'TCP connections that are open.', [], (it) => {
    let open = 0;
    for (const { active } of proxies) open += active;
    it.set(open);
  });
  const count = ({ cluster = '', reason = '', bytesReceived, bytesSent }: ConnectionEvent): void => {
    ended.inc({ cluster, reason });
    received.inc({ cluster }, bytesReceived);
    sent.inc({ cluster }, bytesSent);
  };
  return {
    observe(proxy) {
      proxies.add(proxy);
      const subscription = proxy.subscribe((event) => {
        if (event.type === 'connectionEnded') count(event);
        else if (event.type === 'connectionRefused') refused.inc({ reason: event.reason });
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
