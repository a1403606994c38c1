import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { EvenkeelError, systemClock } from '@evenkeel/core';
import { closeListeners } from './close-listeners.ts';
import { closing } from './closing.ts';
import type { BoundAddress } from './connection/bind.ts';
import type { ProxyListener } from './events/proxy-event.ts';
import { proxyEvents, type SubscribeOptions } from './events/proxy-events.ts';
import type { Exchange } from './exchange.ts';
import { createGeneration, type Generation } from './generation.ts';
import type { CloseOptions, ProxyOptions, UpdateOptions } from './proxy-options.ts';
import type { ProxyState } from './proxy-state.ts';
import type { Listener, ListenOptions } from './transports/listen-options.ts';
import { listen } from './transports/listener.ts';
import { nodeHttpListeners } from './transports/node-http-listeners.ts';

/** Where a proxy accepts connections. */
export interface ProxyAddress extends BoundAddress {
  /**
   * Ends this listener alone, as {@link ReverseProxy.close} does all: it accepts no more, its connections are asked to close,
   * and what is left after the grace is broken off.
   */
  close(options?: CloseOptions): Promise<void>;
}

/** What an update replaced. */
export interface Superseded {
  /** Resolves when the last exchange that began before the update is over: whatever only the old options had may be closed then. */
  readonly ended: Promise<void>;
}

/** A reverse proxy: routes in front of balanced clusters. */
export interface ReverseProxy extends AsyncDisposable {
  /** Takes a request of any `node:http` server, as its `request` listener. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Takes an upgrade of any `node:http` server, as its `upgrade` listener. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Takes an exchange of any transport. */
  exchange(exchange: Exchange): void;
  /**
   * Accepts connections; may be called for several addresses.
   *
   * @throws the system's error, such as `EADDRINUSE`; an EvenkeelError when the proxy is closed
   */
  listen(options: ListenOptions): Promise<ProxyAddress>;
  /**
   * Replaces all options at once, for exchanges that begin from now on; those under way end with what they began with. Listeners
   * stay, and so do connections to endpoints, what is known of clusters that are the same objects, and limits of
   * connections that are open already.
   *
   * @throws InvalidOptionsError when an option cannot be used, and then nothing has changed; an EvenkeelError when the proxy is closed
   */
  update(options: UpdateOptions): Superseded;
  /** Exchanges that are open now, tunnels included. */
  readonly active: number;
  /** A copy of what the proxy is doing, for admin pages. */
  inspect(): ProxyState;
  /** True from the call of `close` on: load balancers should send nothing more. */
  readonly draining: boolean;
  /** Calls the listener with each event until disposed. */
  subscribe(listener: ProxyListener, options?: SubscribeOptions): Disposable;
  /**
   * Accepts no more after `delayMs`, asks clients to close their connections, lets open exchanges finish, and breaks off what
   * is left after another `graceMs`. Further calls wait for the first; one with a shorter time shortens it.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Makes a proxy.
 *
 * @throws InvalidOptionsError naming the option, what it got and what is allowed
 */
export function createProxy(options: ProxyOptions): ReverseProxy {
  const { clock = systemClock, random = Math.random } = options;
  const events = proxyEvents(options.tracer);
  let current = createGeneration(options, { clock, random, events });
  const generations = new Set([current]);
  const upgrades = new Set<string>();
  const policy = { clock, sendTimeoutMs: 0, receiveTimeoutMs: 0, lingerMs: 0, draining: false };
  const listeners = new Set<Listener>();
  const handle = (exchange: Exchange): void => current.pipeline.handle(exchange);
  const on = nodeHttpListeners(policy, upgrades, handle);

  const use = (generation: Generation): void => {
    const { connections } = generation;
    current = generation;
    generations.add(generation);
    policy.sendTimeoutMs = connections.sendTimeoutMs;
    policy.receiveTimeoutMs = connections.receiveTimeoutMs;
    policy.lingerMs = connections.lingerMs;
    upgrades.clear();
    for (const protocol of generation.upgrades) upgrades.add(protocol);
    for (const listener of listeners) listener.limit(connections);
  };
  use(current);

  const end = async (generation: Generation): Promise<void> => {
    await generation.end();
    generations.delete(generation);
  };
  const closed = closing({
    clock,
    async close(how, signal) {
      const onTell = (): void => {
        policy.draining = true;
      };
      await closeListeners(listeners, how, { clock, signal, onTell });
      await Promise.all([...generations].map(end));
    },
    breakOff() {
      for (const generation of generations) generation.abort();
      for (const listener of listeners) listener.destroy();
    },
  });
  const assertOpen = (): void => {
    if (closed.begun) throw new EvenkeelError('ERR_EVENKEEL_CLOSED', 'the proxy is closed');
  };

  const activeExchanges = (): number => {
    let active = 0;
    for (const { pipeline } of generations) active += pipeline.active;
    return active;
  };

  return {
    handle: (request, response) => on.request(request, response),
    handleUpgrade: on.upgrade,
    exchange: handle,
    async listen(where) {
      assertOpen();
      const { connections } = current;
      const listener = await listen(where, { connections, policy, upgrades, events, handle });
      if (closed.begun) listener.destroy();
      assertOpen();
      listeners.add(listener);
      listener.limit(current.connections);
      const { close } = closing({
        clock,
        async close(how, signal) {
          await closeListeners([listener], how, { clock, signal });
          listeners.delete(listener);
        },
        breakOff: () => listener.destroy(),
      });
      return { address: listener.address, port: listener.port, close };
    },
    update(next) {
      assertOpen();
      const old = current;
      use(createGeneration(next, { clock, random, events, previous: old }));
      return { ended: end(old) };
    },
    get active() {
      return activeExchanges();
    },
    get draining() {
      return closed.begun;
    },
    inspect: () => ({
      name: current.name,
      draining: closed.begun,
      active: activeExchanges(),
      listeners: Array.from(listeners, ({ address, port, connections: open }) => ({
        address,
        port,
        connections: open,
      })),
      routes: current.routes,
    }),
    subscribe: events.subscribe,
    close: closed.close,
    [Symbol.asyncDispose]: () => closed.close(),
  };
}
