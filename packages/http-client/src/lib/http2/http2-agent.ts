import type { ConnectionOptions } from 'node:tls';
import type { Clock } from '@evenkeel/core';
import { Dispatcher, errors } from 'undici';
import { connectOver, type Http2Target } from './connect-http2.ts';
import { StreamRequest } from './stream-request.ts';
import { UpstreamConnection } from './upstream-connection.ts';

/** How an {@link Http2Agent} connects, and how long it waits. Times are in ms, and 0 sets no limit. */
export interface Http2AgentOptions {
  /** Options of `node:tls`, for `https:`. */
  readonly tls: ConnectionOptions;
  readonly connectMs: number;
  readonly headersMs: number;
  readonly bodyIdleMs: number;
  readonly clock: Clock;
}

/** How long a connection without a request is kept, in ms: connections of HTTP/2 are few, and worth keeping. */
const IDLE_MS = 60_000;
/** How long an endpoint that let a request down may take to answer a ping, in ms. */
const PING_MS = 2_000;

type RequestOptions = Dispatcher.DispatchOptions & { readonly servername?: string };

/**
 * Sends requests over HTTP/2: those for `https:` over TLS, those for `http:` in clear text with prior knowledge. The requests to
 * one origin share a connection, as far as the endpoint takes them; another one is made for more. A request fails with an
 * `Http2RefusedError` when the endpoint says that it did not take it.
 *
 * No #private members: compose() wraps dispatchers in a Proxy, through which they cannot be read.
 */
export class Http2Agent extends Dispatcher {
  private readonly options: Http2AgentOptions;
  private readonly connections = new Map<string, Set<UpstreamConnection>>();
  private closed = false;
  private idle: (() => void) | undefined;

  constructor(options: Http2AgentOptions) {
    super();
    this.options = options;
  }

  override dispatch(options: RequestOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (this.closed) {
      handler.onResponseError?.(null as never, new errors.ClientClosedError());
      return false;
    }
    const { headersMs, bodyIdleMs } = this.options;
    const origin = new URL(String(options.origin));
    const request = new StreamRequest({
      origin,
      options,
      handler,
      headersMs: options.headersTimeout ?? headersMs,
      bodyIdleMs: options.bodyTimeout ?? bodyIdleMs,
    });
    this.connectionTo({ origin, servername: options.servername }).send(request);
    return true;
  }

  /** Lets requests end, then closes the connections. */
  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(callback?: () => void): Promise<void> | void {
    this.closed = true;
    const closed = new Promise<void>((resolve) => {
      this.idle = resolve;
      for (const one of this.all()) one.drain();
      this.settle();
    });
    return callback === undefined ? closed : void closed.then(callback);
  }

  /** Breaks requests and connections off. */
  override destroy(error?: Error | null): Promise<void>;
  override destroy(callback: () => void): void;
  override destroy(error: Error | null, callback: () => void): void;
  override destroy(error?: Error | null | (() => void), callback?: () => void): Promise<void> | void {
    if (typeof error === 'function') return this.destroy(null, error);
    this.closed = true;
    for (const one of this.all()) one.destroy(error ?? new errors.ClientDestroyedError());
    return callback === undefined ? Promise.resolve() : queueMicrotask(callback);
  }

  /** The connection with most requests that takes another one: so the others can come to rest. */
  private connectionTo(target: Http2Target): UpstreamConnection {
    const { clock, connectMs } = this.options;
    const key = `${target.origin.origin} ${target.servername ?? ''}`;
    const known = this.connections.get(key) ?? new Set();
    this.connections.set(key, known);
    let best: UpstreamConnection | undefined;
    for (const one of known) if (one.free && (best === undefined || one.size > best.size)) best = one;
    if (best !== undefined) return best;
    const connection = new UpstreamConnection(
      connectOver(target, this.options),
      clock,
      { idleMs: IDLE_MS, pingMs: connectMs || PING_MS },
      {
        closed: (one) => {
          known.delete(one);
          if (known.size === 0 && this.connections.get(key) === known) this.connections.delete(key);
          this.settle();
        },
      },
    );
    known.add(connection);
    return connection;
  }

  private *all(): Iterable<UpstreamConnection> {
    for (const known of [...this.connections.values()]) yield* [...known];
  }

  private settle(): void {
    if (this.connections.size === 0) this.idle?.();
  }
}
