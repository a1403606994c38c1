import type { Duplex } from 'node:stream';
import { type Clock, choiceOption, numberOption, systemClock } from '@evenkeel/core';
import type { TlsOptions } from '@evenkeel/http-client';
import { Agent, Dispatcher, errors } from 'undici';
import { CLIENT_CONNECTION, type WithClientConnection } from './client-connection.ts';
import { headerConnector } from './header-connector.ts';
import type { ProxiedConnection } from './proxy-header.ts';
import { type ProxyProtocolVersion, writeProxyHeader } from './write-proxy-header.ts';

/** Options of {@link proxyProtocolAgent}. */
export interface ProxyProtocolAgentOptions {
  readonly version: ProxyProtocolVersion;
  /** TLS options towards the endpoints; the header comes before TLS. */
  readonly tls?: TlsOptions;
  /** Options of the agents, such as keep-alive. HTTP/1.1 only. */
  readonly agent?: Omit<Agent.Options, 'connect' | 'factory'>;
  /** How long a connection may take to be made, in ms. @default 2_000 */
  readonly connectTimeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** How long the agent of a client that asks for nothing is kept, in ms: longer than its connections are. */
const KEPT_MS = 10_000;

/**
 * Makes a dispatcher whose connections begin with a header of the PROXY protocol. A header is for a whole connection, so each
 * connection of a client gets connections of its own, which no other shares: what HAProxy's `send-proxy` does. Requests
 * of nobody, such as health checks, go as the proxy's own (`LOCAL`, `UNKNOWN`).
 *
 * @throws InvalidOptionsError naming the option
 */
export function proxyProtocolAgent(options: ProxyProtocolAgentOptions): Dispatcher {
  return new ProxyProtocolAgent(options);
}

interface ClientAgent {
  readonly agent: Agent;
  open: number;
  idle: Disposable | undefined;
}

class ProxyProtocolAgent extends Dispatcher {
  private readonly version: ProxyProtocolVersion;
  private readonly agents = new Map<string, ClientAgent>();
  private readonly make: (connection: ProxiedConnection | undefined) => Agent;
  private readonly clock: Clock;
  private over = false;

  constructor(options: ProxyProtocolAgentOptions) {
    super();
    const { tls, agent, clock = systemClock } = options;
    this.clock = clock;
    this.version = choiceOption('version', options.version, 'v2', ['v1', 'v2']);
    const connectTimeoutMs = numberOption('connectTimeoutMs', options.connectTimeoutMs, 2_000, { min: 1 });
    this.make = (connection) =>
      new Agent({
        ...agent,
        allowH2: false,
        connect: headerConnector(writeProxyHeader(this.version, connection), { tls, connectTimeoutMs }),
      });
  }

  override dispatch(
    options: Dispatcher.DispatchOptions & WithClientConnection,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    if (this.over) throw new errors.ClientClosedError();
    const connection = options[CLIENT_CONNECTION];
    const key = keyOf(connection);
    const known = this.agents.get(key) ?? { agent: this.make(connection), open: 0, idle: undefined };
    this.agents.set(key, known);
    known.idle?.[Symbol.dispose]();
    known.open += 1;
    const ended = once(() => this.release(key, known));
    try {
      return known.agent.dispatch(options, watched(handler, ended));
    } catch (error) {
      ended();
      throw error;
    }
  }

  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(callback?: () => void): Promise<void> | void {
    return this.each((agent) => agent.close(), callback);
  }

  override destroy(error?: Error | null): Promise<void>;
  override destroy(callback: () => void): void;
  override destroy(error: Error | null, callback: () => void): void;
  override destroy(error?: Error | null | (() => void), callback?: () => void): Promise<void> | void {
    const cause = typeof error === 'function' ? null : (error ?? null);
    return this.each((agent) => agent.destroy(cause), typeof error === 'function' ? error : callback);
  }

  private release(key: string, known: ClientAgent): void {
    known.open -= 1;
    if (known.open > 0 || this.over) return;
    known.idle = this.clock.setTimer(() => {
      this.agents.delete(key);
      void known.agent.close();
    }, KEPT_MS);
  }

  private each(end: (agent: Agent) => Promise<void>, callback?: () => void): Promise<void> | void {
    this.over = true;
    const open = [...this.agents.values()].filter(({ agent }) => !agent.destroyed);
    const ended = Promise.all(
      open.map((known) => {
        known.idle?.[Symbol.dispose]();
        return end(known.agent);
      }),
    ).then(() => {});
    if (callback === undefined) return ended;
    void ended.finally(callback);
  }
}

function keyOf(connection: ProxiedConnection | undefined): string {
  if (connection === undefined) return '';
  const { source, destination } = connection;
  return `${source.address} ${source.port} ${destination.address} ${destination.port}`;
}

function once(callback: () => void): () => void {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    callback();
  };
}

/** Tells when a request is over; after an upgrade, when its connection is closed. */
function watched(handler: Dispatcher.DispatchHandler, ended: () => void): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onRequestUpgrade(controller, status, headers, socket: Duplex) {
      socket.once('close', ended);
      handler.onRequestUpgrade?.(controller, status, headers, socket);
    },
    onResponseEnd(...args) {
      ended();
      handler.onResponseEnd?.(...args);
    },
    onResponseError(...args) {
      ended();
      handler.onResponseError?.(...args);
    },
  };
}
