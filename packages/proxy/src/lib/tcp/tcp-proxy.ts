import { createServer, type Server, type Socket } from 'node:net';
import { EvenkeelError, sleep } from '@evenkeel/core';
import { closing } from '../closing.ts';
import { type BoundAddress, bind } from '../connection/bind.ts';
import { readFirstBytes } from '../connection/first-bytes.ts';
import { plainAddress } from '../connection/ip-address.ts';
import type { ListenAddress } from '../connection/listen-options.ts';
import type { Reason } from '../errors/reason.ts';
import type { ProxyListener } from '../events/proxy-event.ts';
import { proxyEvents } from '../events/proxy-events.ts';
import type { CloseOptions } from '../proxy-options.ts';
import { type Accept, acceptProxy } from '../proxy-protocol/accept-proxy.ts';
import type { ProxiedConnection } from '../proxy-protocol/proxy-header.ts';
import { parseClientHello } from './client-hello.ts';
import { KEEP_ALIVE_MS } from './connect-endpoint.ts';
import { TcpConnection } from './tcp-connection.ts';
import type { TcpProxyOptions } from './tcp-options.ts';
import { tcpRoutes } from './tcp-routes.ts';
import { tcpSettings } from './tcp-settings.ts';

/** A proxy for TCP connections: balances each as a whole, and looks at no byte of it but, where asked to, the first. */
export interface TcpProxy extends AsyncDisposable {
  /**
   * Accepts connections; may be called for several addresses.
   *
   * @throws the system's error, such as `EADDRINUSE`; an EvenkeelError when the proxy is closed
   */
  listen(options: ListenAddress): Promise<BoundAddress>;
  /** Connections that are open now. */
  readonly active: number;
  /** Calls the listener with each event until disposed. */
  subscribe(listener: ProxyListener): Disposable;
  /**
   * Stops accepting after `delayMs`, lets open connections end, and resets what is left after another `graceMs`. Further calls
   * wait for the first; one with a shorter time shortens it.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Makes a proxy for TCP connections. The clusters stay the caller's: it does not close them.
 *
 * @throws InvalidOptionsError naming the option, what it got and what is allowed
 */
export function createTcpProxy(options: TcpProxyOptions): TcpProxy {
  const settings = tcpSettings(options);
  const routes = tcpRoutes(options, settings);
  const { clock, helloTimeoutMs } = settings;
  const events = proxyEvents();
  const servers = new Set<Server>();
  const starting = new Set<Socket>();
  const open = new Set<TcpConnection>();
  const waiting: (() => void)[] = [];
  let stopped = false;

  const settle = (): void => {
    if (open.size === 0 && starting.size === 0) for (const resolve of waiting.splice(0)) resolve();
  };
  const context = {
    settings,
    events,
    ended(connection: TcpConnection): void {
      open.delete(connection);
      settle();
    },
  };
  const watches = settings.closeGone
    ? routes.upstreams.map((upstream) =>
        upstream.watchGone((endpoint) => {
          for (const one of open) if (one.isAt(upstream, endpoint)) one.breakOff('endpoint-gone');
        }),
      )
    : [];

  const refuse = (socket: Socket, reason: Reason, error: unknown): void => {
    starting.delete(socket);
    if (reason !== 'client-gone') {
      const remoteAddress = plainAddress(socket.remoteAddress);
      const told = stopped ? 'closing' : reason;
      events.emit({ type: 'connectionRefused', remoteAddress, reason: told, error });
    }
    socket.resetAndDestroy();
    settle();
  };
  const begin = (
    socket: Socket,
    ends: ProxiedConnection,
    serverName: string | undefined,
    at: number,
  ): void => {
    starting.delete(socket);
    const upstream = routes.find(serverName);
    const connection = new TcpConnection(context, socket, { ends, serverName, upstream, startedAt: at });
    open.add(connection);
    void connection.start();
  };
  const accepted = (socket: Socket, accept: Accept): void => {
    const at = clock.now();
    socket.on('error', () => {});
    if (open.size + starting.size >= settings.maxConnections) {
      refuse(socket, 'too-many-connections', undefined);
      return;
    }
    starting.add(socket);
    accept(socket, (result) => {
      if ('reason' in result) refuse(socket, result.reason, result.error);
      else if (!routes.byName) begin(socket, result.ends, undefined, at);
      else {
        const hello = {
          subject: 'TLS ClientHello',
          parse: parseClientHello,
          clock,
          timeoutMs: helloTimeoutMs,
        };
        readFirstBytes(socket, hello, (first) => {
          if ('error' in first) refuse(socket, 'bad-client-hello', first.error);
          else begin(socket, result.ends, first.value.serverName, at);
        });
      }
    });
  };

  const shutDown = async (): Promise<void> => {
    stopped = true;
    const ended = [...servers].map((server) => new Promise((resolve) => server.close(resolve)));
    // They have not said yet what they want: nothing of theirs is lost.
    for (const socket of starting) socket.destroy();
    if (open.size > 0 || starting.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    await Promise.all(ended);
    for (const watch of watches) watch?.[Symbol.dispose]();
  };

  const closed = closing({
    clock,
    async close({ delayMs }, signal) {
      if (delayMs > 0) await sleep(clock, delayMs, signal).catch(() => {});
      await shutDown();
    },
    breakOff() {
      for (const connection of open) connection.breakOff('closing');
    },
  });

  return {
    async listen(where) {
      if (closed.begun) throw new EvenkeelError('ERR_EVENKEEL_CLOSED', 'the proxy is closed');
      const accept = acceptProxy(where.proxyProtocol, clock);
      const keepAlive = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
      const server = createServer({ allowHalfOpen: true, noDelay: true, ...keepAlive }, (socket) =>
        accepted(socket, accept),
      );
      const address = await bind(server, where);
      server.on('error', (error) => events.emit({ type: 'listenerFailed', error }));
      servers.add(server);
      return address;
    },
    get active() {
      return open.size + starting.size;
    },
    subscribe: (listener) => events.subscribe(listener),
    close: closed.close,
    [Symbol.asyncDispose]: () => closed.close(),
  };
}
