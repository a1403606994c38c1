import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { EvenkeelError, InvalidOptionsError, numberOption, systemClock } from '@evenkeel/core';
import { createHttpClient, type HttpClientOptions } from '@evenkeel/http-client';
import type { Dispatcher } from 'undici';
import type { ProxyAddress } from './connection/bind.ts';
import type { ProxyListener } from './events/proxy-event.ts';
import { proxyEvents } from './events/proxy-events.ts';
import type { Exchange } from './exchange.ts';
import { forwardingSettings } from './headers/forwarding-options.ts';
import { hopTrust } from './headers/hop-trust.ts';
import { isFieldName } from './headers/raw-headers.ts';
import { requestIds } from './headers/request-id.ts';
import { middlewareOption } from './middleware/middleware-option.ts';
import { createPipeline } from './pipeline/pipeline.ts';
import { routeDispatch } from './pipeline/route-dispatch.ts';
import type { CloseOptions, ProxyOptions } from './proxy-options.ts';
import { type ProxyClusters, proxiedClusters } from './proxy-protocol/proxied-clusters.ts';
import { routeTable } from './routing/route-table.ts';
import type { Listener, ListenOptions } from './transports/listen-options.ts';
import { listen } from './transports/listener.ts';
import { nodeHttpListeners } from './transports/node-http-listeners.ts';
import { resolveConnectionOptions } from './transports/node-http-options.ts';

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
  /** Exchanges that are open now, tunnels included. */
  readonly active: number;
  /** Calls the listener with each event until disposed. */
  subscribe(listener: ProxyListener): Disposable;
  /**
   * Stops accepting, lets open exchanges finish and asks their clients to close, then breaks off what is left after
   * `graceMs`. Further calls wait for the first; one with a shorter grace shortens it.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Makes a proxy.
 *
 * @throws InvalidOptionsError naming the option, what it got and what is allowed
 */
export function createProxy(options: ProxyOptions): ReverseProxy {
  const {
    clock = systemClock,
    random = Math.random,
    name = 'evenkeel',
    upgrades = ['websocket'],
    clientCertificateHeader,
  } = options;
  if (!/^[\w.~-]+$/.test(name)) throw new InvalidOptionsError('name', name, 'a token such as "edge-1"');
  if (clientCertificateHeader !== undefined && !isFieldName(clientCertificateHeader)) {
    throw new InvalidOptionsError('clientCertificateHeader', clientCertificateHeader, 'the name of a header');
  }
  const integer = { min: 1, integer: true };
  const limits = {
    maxTargetLength: numberOption('maxTargetLength', options.maxTargetLength, 8_192, integer),
    maxHeaders: numberOption('maxHeaders', options.maxHeaders, 100, integer),
  };
  const connections = resolveConnectionOptions(options.connections);
  const middleware = middlewareOption('middleware', options.middleware);
  const clusters = clusterNames(options.clusters);
  const events = proxyEvents();
  const copies = {
    dispatch: ((request, handler) => dispatcher.dispatch(request, handler)) satisfies Dispatcher['dispatch'],
    ended: events.emit,
  };
  const routes = routeTable(options.routes, { clusters, middleware, random, copies });
  checkClient(options.client);
  const { trustedProxies = [], trustedHops = 0 } = options;
  const forwarding = forwardingSettings(options.forwarded);
  const hopsOf = hopTrust({ trustedProxies, trustedHops, from: options.forwarded?.from });
  if (!Array.isArray(upgrades)) throw new InvalidOptionsError('upgrades', upgrades, 'a list of protocols');
  const protocols = new Set(upgrades.map((protocol) => protocol.toLowerCase()));
  const proxied = proxiedClusters(options.clusters, options.client ?? {});
  const own =
    options.dispatcher === undefined
      ? createHttpClient({ clock, random, ...options.client, clusters: proxied.clusters })
      : undefined;
  const dispatcher = options.dispatcher ?? (own as NonNullable<typeof own>);
  const pipeline = createPipeline({
    routes,
    middleware,
    dispatch: routeDispatch(options.routes, dispatcher),
    ownHost: clustersWithOwnHost(options.clusters),
    toldOfClients: proxied.named,
    proxyName: name.toLowerCase(),
    hopsOf,
    forwarding,
    ids: requestIds(options.requestId),
    clientCertificateHeader: clientCertificateHeader?.toLowerCase(),
    limits,
    clock,
    events,
  });
  const { sendTimeoutMs, lingerMs } = connections;
  const policy = { clock, sendTimeoutMs, lingerMs, draining: false };
  const on = nodeHttpListeners(policy, protocols, pipeline.handle);
  const listeners = new Set<Listener>();
  const breakOff = (): void => {
    pipeline.abort();
    for (const listener of listeners) listener.destroy();
    void own?.destroy();
    for (const one of proxied.owned) void one.destroy();
  };
  let closing: Promise<void> | undefined;

  const shutDown = async (): Promise<void> => {
    policy.draining = true;
    // Whole turns of the event loop: what has arrived is read, so that it is not among the idle connections.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([pipeline.idle(), ...[...listeners].map((listener) => listener.close())]);
    await own?.close();
    await Promise.all(proxied.owned.map((one) => one.close()));
  };

  const proxy: ReverseProxy = {
    handle: (request, response) => on.request(request, response),
    handleUpgrade: on.upgrade,
    exchange: (exchange) => pipeline.handle(exchange),
    async listen(where) {
      if (closing !== undefined) throw new EvenkeelError('ERR_EVENKEEL_CLOSED', 'the proxy is closed');
      const listener = await listen(where, {
        connections,
        policy,
        upgrades: protocols,
        events,
        handle: pipeline.handle,
      });
      listeners.add(listener);
      return { address: listener.address, port: listener.port };
    },
    get active() {
      return pipeline.active;
    },
    subscribe: (listener) => events.subscribe(listener),
    close(how = {}) {
      const graceMs = numberOption('graceMs', how.graceMs, 25_000);
      closing ??= shutDown();
      const timer = clock.setTimer(breakOff, graceMs);
      return closing.finally(() => timer[Symbol.dispose]());
    },
    [Symbol.asyncDispose]: () => proxy.close(),
  };
  return proxy;
}

function clusterNames(clusters: ProxyClusters): ReadonlySet<string> {
  if (typeof clusters !== 'object' || clusters === null) {
    throw new InvalidOptionsError('clusters', clusters, 'clusters by name, or a list of clusters');
  }
  return new Set(isList(clusters) ? clusters.map((cluster) => cluster.name) : Object.keys(clusters));
}

/** A cache there would store what the proxy itself refuses to pass on. */
function checkClient(client: ProxyOptions['client']): void {
  const { cache } = (client ?? {}) as Partial<HttpClientOptions>;
  if (cache !== undefined)
    throw new InvalidOptionsError('client.cache', cache, 'nothing: give routes a cache');
}

/** The client gives way to a Host that is set, so these must come without. */
function clustersWithOwnHost(clusters: ProxyClusters): ReadonlySet<string> {
  const entries = isList(clusters) ? [] : Object.entries(clusters);
  return new Set(
    entries
      .filter(([, value]) => 'hostHeader' in value && value.hostHeader === 'endpoint')
      .map(([name]) => name),
  );
}

function isList<T>(value: readonly T[] | Readonly<Record<string, unknown>>): value is readonly T[] {
  return Array.isArray(value);
}
