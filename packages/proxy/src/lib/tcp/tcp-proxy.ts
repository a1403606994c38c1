import { createServer, type Server, type Socket } from 'node:net';
import { checkKeys, EvenkeelError, sleep, systemClock } from '@evenkeel/core';
import { closing } from '../closing.ts';
import { type BoundAddress, bind } from '../connection/bind.ts';
import { readFirstBytes } from '../connection/first-bytes.ts';
import { plainAddress } from '../connection/ip-address.ts';
import { ADDRESS_KEYS, type ListenAddress } from '../connection/listen-options.ts';
import type { Reason } from '../errors/reason.ts';
import type { ProxyListener } from '../events/proxy-event.ts';
import { proxyEvents } from '../events/proxy-events.ts';
import type { Superseded } from '../proxy.ts';
import type { CloseOptions } from '../proxy-options.ts';
import { type Accept, acceptProxy } from '../proxy-protocol/accept-proxy.ts';
import type { ProxiedConnection } from '../proxy-protocol/proxy-header.ts';
import type { ListenerState } from '../proxy-state.ts';
import { parseClientHello } from './client-hello.ts';
import { KEEP_ALIVE_MS } from './connect-endpoint.ts';
import { type TcpGeneration, tcpGeneration } from './tcp-generation.ts';
import type { TcpProxyOptions } from './tcp-options.ts';

/** What a proxy for TCP connections is doing now. Plain data, fit for JSON. */
export interface TcpProxyState {
  /** Connections that are open. */
  readonly active: number;
  readonly listeners: readonly ListenerState[];
}

/** A proxy for TCP connections: balances each as a whole, and looks at no byte of it but, where asked to, the first. */
export interface TcpProxy extends AsyncDisposable {
  /**
   * Accepts connections; may be called for several addresses.
   *
   * @throws the system's error, such as `EADDRINUSE`; an EvenkeelError when the proxy is closed
   */
  listen(options: ListenAddress): Promise<BoundAddress>;
  /**
   * Replaces all options at once, for connections that begin from now on; those that are open end with what they began with.
   * Listeners stay.
   *
   * @throws InvalidOptionsError when an option cannot be used, and then nothing has changed; an EvenkeelError when the proxy is closed
   */
  update(options: Omit<TcpProxyOptions, 'clock'>): Superseded;
  /** Connections that are open now. */
  readonly active: number;
  /** A copy of what the proxy is doing, for admin pages. */
  inspect(): TcpProxyState;
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
  const { clock = systemClock } = options;
  const events = proxyEvents();
  const servers = new Map<Server, () => ListenerState>();
  const starting = new Set<Socket>();
  const waiting: (() => void)[] = [];
  let stopped = false;
  const settle = (): void => {
    if (starting.size === 0) for (const resolve of waiting.splice(0)) resolve();
  };
  let current = tcpGeneration(options, { events });
  const generations = new Set([current]);
  const end = async (generation: TcpGeneration): Promise<void> => {
    await generation.end();
    generations.delete(generation);
  };
  const active = (): number => {
    let count = starting.size;
    for (const generation of generations) count += generation.active;
    return count;
  };

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
  const accepted = (socket: Socket, accept: Accept): void => {
    const startedAt = clock.now();
    const begin = (ends: ProxiedConnection, serverName?: string): void => {
      starting.delete(socket);
      const upstream = current.routes.find(serverName);
      current.begin({ socket, ends, serverName, upstream, startedAt });
      settle();
    };
    socket.on('error', () => {});
    if (active() >= current.settings.maxConnections) {
      refuse(socket, 'too-many-connections', undefined);
      return;
    }
    starting.add(socket);
    accept(socket, (result) => {
      if ('reason' in result) refuse(socket, result.reason, result.error);
      else if (!current.routes.byName) begin(result.ends);
      else {
        const { helloTimeoutMs: timeoutMs } = current.settings;
        const hello = { subject: 'TLS ClientHello', parse: parseClientHello, clock, timeoutMs };
        readFirstBytes(socket, hello, (first) => {
          if ('error' in first) refuse(socket, 'bad-client-hello', first.error);
          else begin(result.ends, first.value.serverName);
        });
      }
    });
  };

  const closed = closing({
    clock,
    async close({ delayMs }, signal) {
      if (delayMs > 0) await sleep(clock, delayMs, signal).catch(() => {});
      stopped = true;
      const ended = Array.from(servers.keys(), (server) => new Promise((resolve) => server.close(resolve)));
      // They have not said yet what they want: nothing of theirs is lost.
      for (const socket of starting) socket.destroy();
      if (starting.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
      await Promise.all([...generations].map(end));
      await Promise.all(ended);
    },
    breakOff() {
      for (const generation of generations) generation.abort();
    },
  });
  const assertOpen = (): void => {
    if (closed.begun) throw new EvenkeelError('ERR_EVENKEEL_CLOSED', 'the proxy is closed');
  };

  return {
    async listen(where) {
      assertOpen();
      checkKeys('', where, ADDRESS_KEYS);
      const accept = acceptProxy(where.proxyProtocol, clock);
      const keepAlive = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
      let connections = 0;
      const server = createServer({ allowHalfOpen: true, noDelay: true, ...keepAlive }, (socket) => {
        connections += 1;
        socket.once('close', () => {
          connections -= 1;
        });
        accepted(socket, accept);
      });
      const address = await bind(server, where);
      server.on('error', (error) => events.emit({ type: 'listenerFailed', error }));
      servers.set(server, () => ({ ...address, connections }));
      return address;
    },
    update(next) {
      assertOpen();
      const old = current;
      current = tcpGeneration({ clock, ...next }, { events });
      generations.add(current);
      return { ended: end(old) };
    },
    get active() {
      return active();
    },
    inspect: () => ({
      active: active(),
      listeners: [...servers].flatMap(([server, state]) => (server.listening ? state() : [])),
    }),
    subscribe: (listener) => events.subscribe(listener),
    close: closed.close,
    [Symbol.asyncDispose]: () => closed.close(),
  };
}
