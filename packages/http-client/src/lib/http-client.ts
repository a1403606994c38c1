import { checkKeys, EvenkeelError, InvalidOptionsError } from '@evenkeel/core';
import { Dispatcher, errors, fetch, type RequestInfo, type Response } from 'undici';
import { type CachedDispatch, cachedDispatch } from './cached-dispatch.ts';
import { Engine } from './engine.ts';
import type { FetchInit, HttpClient } from './http-client-interface.ts';
import type { HttpClientOptions } from './http-client-options.ts';
import { CLIENT_KEYS } from './known-options.ts';
import type { Dispatch } from './request-context.ts';
import type { RequestSettings, WithRequestSettings } from './request-policy.ts';
import { leaveAgent, type SharedAgent } from './shared-agents.ts';
import { type InnerDispatcher, transports } from './transports.ts';

type Callback = () => void;
type ConnectionEvent = 'connect' | 'disconnect' | 'connectionError';
const EVENTS = ['connect', 'disconnect', 'connectionError', 'drain'] as const;

/**
 * Makes a client for clusters. Closing it ends its own connections; clusters, and a dispatcher that was passed in, stay
 * their owner's.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  return new BalancedDispatcher(options);
}

// No #private members: compose() wraps the client in a Proxy, through which they cannot be read.
class BalancedDispatcher extends Dispatcher implements HttpClient {
  closed = false;
  destroyed = false;
  private readonly engine: Engine;
  private readonly inner: InnerDispatcher;
  private readonly agents: readonly SharedAgent[];
  private readonly innerDispatch: Dispatch;
  /** Whatever answers before the engine. */
  private readonly front: CachedDispatch;
  private readonly forwarded: readonly (readonly [string, (...args: never[]) => void])[];
  private closing: Promise<void> | undefined = undefined;
  private destroying: Promise<void> | undefined = undefined;

  constructor(options: HttpClientOptions) {
    super();
    checkKeys('', options, CLIENT_KEYS);
    const previous = previousClient(options.previous);
    const { inner, agents, clusters, connectMs } = transports(options, this, previous?.agents);
    this.inner = inner;
    this.agents = agents;
    this.innerDispatch = (request, handler) => inner.dispatch(request, handler);
    const { headersTimeout, bodyTimeout } = options.agent ?? {};
    const limits = {
      connectMs,
      ...(headersTimeout === undefined ? undefined : { headersMs: headersTimeout }),
      ...(bodyTimeout === undefined ? undefined : { bodyIdleMs: bodyTimeout }),
    };
    try {
      this.engine = new Engine({ ...options, clusters }, limits, previous?.engine);
      this.front = cachedDispatch(options.cache, (request, handler) => this.send(request, handler));
    } catch (error) {
      void this.leaveAgents();
      throw error;
    }
    this.forwarded = EVENTS.map((event) => [
      event,
      (origin: URL, targets: Dispatcher[], error: never) => {
        this.emit(event as ConnectionEvent & 'disconnect', origin, [this, ...targets], error);
      },
    ]);
    for (const [event, listener] of this.forwarded) this.inner.on(event as 'connect', listener as never);
  }

  override dispatch(
    options: Dispatcher.DispatchOptions & WithRequestSettings,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    if (this.closed || this.destroyed) {
      const cause = this.destroyed ? new errors.ClientDestroyedError() : new errors.ClientClosedError();
      return refuse(handler, closedError(cause));
    }
    return this.front.dispatch(options, handler);
  }

  fetch(input: RequestInfo, init?: FetchInit): Promise<Response> {
    const { evenkeel, ...rest } = init ?? {};
    const dispatcher = evenkeel === undefined ? this : new BoundDispatcher(this, evenkeel);
    return fetch(input, { ...rest, dispatcher });
  }

  /** Lets open requests end, then closes the client's connections. */
  override close(): Promise<void>;
  override close(callback: Callback): void;
  override close(callback?: Callback): Promise<void> | void {
    this.closed = true;
    this.closing ??= this.closeAll();
    return settle(this.closing, callback);
  }

  /** Fails open requests and breaks the client's connections off. */
  override destroy(error?: Error | null): Promise<void>;
  override destroy(callback: Callback): void;
  override destroy(error: Error | null, callback: Callback): void;
  override destroy(error?: Error | null | Callback, callback?: Callback): Promise<void> | void {
    if (typeof error === 'function') return this.destroy(null, error);
    this.destroying ??= this.destroyAll(error ?? closedError(new errors.ClientDestroyedError()));
    return settle(this.destroying, callback);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get stats(): unknown {
    return this.inner.stats;
  }

  /** Read by undici's WebSocket. */
  get webSocketOptions(): unknown {
    return this.inner.webSocketOptions;
  }

  /** Read by undici's EventSource. */
  get eventSourceOptions(): unknown {
    return this.inner.eventSourceOptions;
  }

  /** Read by undici's fetch: a mock matches on the body it was given. */
  get isMockActive(): boolean {
    return this.inner.isMockActive === true;
  }

  /** Sends what the cache has no answer to; some of that comes after the client was closed, and some too late. */
  private send(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (this.destroyed) return refuse(handler, closedError(new errors.ClientDestroyedError()));
    return this.engine.dispatch(this.innerDispatch, options, handler);
  }

  private async closeAll(): Promise<void> {
    await this.front.idle();
    const { engine } = this;
    if (engine.open.size > 0) {
      await new Promise<void>((resolve) => {
        engine.onIdle = resolve;
      });
    }
    if (this.destroying !== undefined) return this.destroying;
    await this.leaveAgents();
    this.destroyed = true;
    this.detach();
  }

  private async destroyAll(error: Error): Promise<void> {
    this.closed = true;
    this.destroyed = true;
    this.front.fail(error);
    for (const request of this.engine.open.values()) request.fail(error);
    await this.leaveAgents(error);
    this.detach();
  }

  private async leaveAgents(error?: Error): Promise<void> {
    await Promise.all(this.agents.map((shared) => leaveAgent(shared, this, error)));
  }

  private detach(): void {
    for (const [event, listener] of this.forwarded) this.inner.off(event as 'connect', listener as never);
  }
}

/** @throws InvalidOptionsError when it is no client of this package */
function previousClient(previous: HttpClient | undefined): BalancedDispatcher | undefined {
  if (previous === undefined || previous instanceof BalancedDispatcher) return previous;
  throw new InvalidOptionsError('previous', previous, 'a client made by createHttpClient');
}

/** Adds settings to every request: fetch itself has no way to hand them on. */
class BoundDispatcher extends Dispatcher {
  private readonly client: HttpClient;
  private readonly settings: RequestSettings;

  constructor(client: HttpClient, settings: RequestSettings) {
    super();
    this.client = client;
    this.settings = settings;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.client.dispatch({ ...options, evenkeel: this.settings }, handler);
  }

  get isMockActive(): boolean {
    return (this.client as HttpClient & { isMockActive?: boolean }).isMockActive === true;
  }
}

/** What `dispatch` does when it sends nothing. */
function refuse(handler: Dispatcher.DispatchHandler, error: Error): boolean {
  if (typeof handler?.onResponseError !== 'function') throw error;
  handler.onResponseError(null as unknown as Dispatcher.DispatchController, error);
  return false;
}

/** @param cause the error that a dispatcher of undici would have given */
function closedError(cause: Error): EvenkeelError {
  return new EvenkeelError('ERR_EVENKEEL_CLOSED', 'the client is closed', { cause });
}

function settle(promise: Promise<void>, callback: Callback | undefined): Promise<void> | void {
  if (callback === undefined) return promise;
  if (typeof callback !== 'function') throw new errors.InvalidArgumentError('invalid callback');
  void promise.then(callback);
}
