import { connect, type Socket } from 'node:net';
import { type Cluster, createCluster, staticDiscovery } from '@evenkeel/core';
import type { ListenAddress } from '../connection/listen-options.ts';
import type { ProxyEvent } from '../events/proxy-event.ts';
import type { ConnectionEnded } from '../tcp/tcp-events.ts';
import type { TcpProxyOptions } from '../tcp/tcp-options.ts';
import { createTcpProxy, type TcpProxy } from '../tcp/tcp-proxy.ts';
import { inOrder } from './in-order.ts';

/** A TCP proxy that listens on loopback. */
export interface TestTcpProxy extends AsyncDisposable {
  readonly proxy: TcpProxy;
  readonly port: number;
  readonly events: readonly ProxyEvent[];
  /** Connects a client that keeps its half of the connection open. */
  client(localAddress?: string): Socket;
  /** Resolves with the n-th `connectionEnded`, counted from 0. */
  ended(n: number): Promise<ConnectionEnded>;
  /** Resolves with the first event of a type. */
  event<T extends ProxyEvent['type']>(type: T): Promise<Extract<ProxyEvent, { type: T }>>;
}

/** A cluster of fixed endpoints, of which the first that is not excluded is picked. */
export function orderedCluster(...addresses: string[]): Cluster {
  const discovery = staticDiscovery(addresses);
  return createCluster({ name: 'db', discovery, strategy: inOrder(), outlierDetection: false });
}

/** Starts a proxy; the clusters stay the test's. */
export async function startTcpProxy(
  options: TcpProxyOptions,
  listen: Partial<ListenAddress> = {},
): Promise<TestTcpProxy> {
  const proxy = createTcpProxy(options);
  const events: ProxyEvent[] = [];
  const waiting = new Set<() => void>();
  proxy.subscribe((event) => {
    events.push(event);
    for (const check of waiting) check();
  });
  const found = <E extends ProxyEvent>(matches: (event: ProxyEvent) => event is E, n: number): Promise<E> =>
    new Promise((resolve) => {
      const check = (): void => {
        const event = events.filter(matches)[n];
        if (event !== undefined) resolve(event);
      };
      waiting.add(check);
      check();
    });
  const { port } = await proxy.listen({ port: 0, host: '127.0.0.1', ...listen });
  const clients = new Set<Socket>();
  return {
    proxy,
    port,
    events,
    client(localAddress = '127.0.0.1') {
      const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true, noDelay: true });
      socket.on('error', () => {});
      clients.add(socket);
      return socket;
    },
    ended: (n) => found((event) => event.type === 'connectionEnded', n),
    event: (type) => found((event): event is never => event.type === type, 0),
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      await proxy.close({ graceMs: 0 });
    },
  };
}
