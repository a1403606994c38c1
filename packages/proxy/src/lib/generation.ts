import { type Clock, checkKeys, InvalidOptionsError, numberOption, type Random } from '@evenkeel/core';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '@evenkeel/http-client';
import type { Dispatcher } from 'undici';
import type { ProxyEvents } from './events/proxy-events.ts';
import { forwardingSettings } from './headers/forwarding-options.ts';
import { hopTrust } from './headers/hop-trust.ts';
import { requestIds } from './headers/request-id.ts';
import { writtenField } from './headers/written-field.ts';
import { PROXY_KEYS } from './known-options.ts';
import { middlewareOption } from './middleware/middleware-option.ts';
import { createPipeline, type Pipeline } from './pipeline/pipeline.ts';
import { routeDispatch } from './pipeline/route-dispatch.ts';
import type { ProxyOptions, UpdateOptions } from './proxy-options.ts';
import { type ProxyClusters, proxiedClusters } from './proxy-protocol/proxied-clusters.ts';
import type { RouteState } from './proxy-state.ts';
import { routeStates } from './routing/route-state.ts';
import { routeTable } from './routing/route-table.ts';
import { type ResolvedConnectionOptions, resolveConnectionOptions } from './transports/node-http-options.ts';

/** All of a proxy that an update replaces as a whole. An exchange stays with the generation that it began with. */
export interface Generation {
  /** The proxy's name in `Via`. */
  readonly name: string;
  readonly routes: readonly RouteState[];
  readonly pipeline: Pipeline;
  /** Undefined where a dispatcher was passed in. */
  readonly client: HttpClient | undefined;
  readonly connections: ResolvedConnectionOptions;
  /** Protocols that `Upgrade` may switch to, in lower case. */
  readonly upgrades: ReadonlySet<string>;
  /** For one that gets no more exchanges: resolves when those it has are over, and its client is closed. */
  end(): Promise<void>;
  /** Breaks off what is open. */
  abort(): void;
}

/** What a generation is made of beside its options. */
export interface GenerationContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: ProxyEvents;
  /** Whose place it takes. */
  readonly previous?: Generation;
}

/**
 * Makes a generation; nothing is left of one that cannot be made.
 *
 * @throws InvalidOptionsError naming the option, what it got and what is allowed
 */
export function createGeneration(
  options: UpdateOptions,
  { clock, random, events, previous }: GenerationContext,
): Generation {
  checkKeys<ProxyOptions>('', options, PROXY_KEYS);
  const { name = 'evenkeel', upgrades = ['websocket'], clientCertificateHeader, clusters } = options;
  if (!/^[\w.~-]+$/.test(name)) throw new InvalidOptionsError('name', name, 'a token such as "edge-1"');
  if (clientCertificateHeader !== undefined) writtenField('clientCertificateHeader', clientCertificateHeader);
  const integer = { min: 1, integer: true };
  const limits = {
    maxTargetLength: numberOption('maxTargetLength', options.maxTargetLength, 8_192, integer),
    maxHeaders: numberOption('maxHeaders', options.maxHeaders, 100, integer),
    plainPaths: options.plainPaths ?? false,
  };
  if (typeof limits.plainPaths !== 'boolean') {
    throw new InvalidOptionsError('plainPaths', limits.plainPaths, 'true or false');
  }
  const connections = resolveConnectionOptions(options.connections);
  const middleware = middlewareOption('middleware', options.middleware);
  const copies = {
    dispatch: ((request, handler) => dispatcher.dispatch(request, handler)) satisfies Dispatcher['dispatch'],
    ended: events.emit,
  };
  const routes = routeTable(options.routes, { clusters: clusterNames(clusters), middleware, random, copies });
  checkClient(options.client);
  const { trustedProxies = [], trustedHops = 0, forwarded } = options;
  const forwarding = forwardingSettings(forwarded);
  const hopsOf = hopTrust({ trustedProxies, trustedHops, from: forwarded?.from });
  const ids = requestIds(options.requestId);
  if (!Array.isArray(upgrades)) throw new InvalidOptionsError('upgrades', upgrades, 'a list of protocols');
  const before = previous?.client && { previous: previous.client };
  const proxied = proxiedClusters(clusters, options.client ?? {});
  const own =
    options.dispatcher === undefined
      ? createHttpClient({ clock, random, ...options.client, clusters: proxied.clusters, ...before })
      : undefined;
  const dispatcher = options.dispatcher ?? (own as NonNullable<typeof own>);
  try {
    const pipeline = createPipeline({
      routes,
      middleware,
      dispatch: routeDispatch(options.routes, dispatcher),
      ownHost: clustersWithOwnHost(clusters),
      toldOfClients: proxied.named,
      proxyName: name.toLowerCase(),
      hopsOf,
      forwarding,
      ids,
      clientCertificateHeader: clientCertificateHeader?.toLowerCase(),
      limits,
      clock,
      events,
    });
    return {
      name,
      routes: routeStates(options.routes),
      pipeline,
      client: own,
      connections,
      upgrades: new Set(upgrades.map((protocol) => protocol.toLowerCase())),
      async end() {
        await pipeline.idle();
        await own?.close();
        await Promise.all(proxied.owned.map((one) => one.close()));
      },
      abort() {
        pipeline.abort();
        void own?.destroy();
        for (const one of proxied.owned) void one.destroy();
      },
    };
  } catch (error) {
    void own?.destroy();
    throw error;
  }
}

function clusterNames(clusters: ProxyClusters): ReadonlySet<string> {
  if (typeof clusters !== 'object' || clusters === null) {
    throw new InvalidOptionsError('clusters', clusters, 'clusters by name, or a list of clusters');
  }
  return new Set(isList(clusters) ? clusters.map((cluster) => cluster.name) : Object.keys(clusters));
}

/** A cache there would store what the proxy itself refuses to pass on. */
function checkClient(client: UpdateOptions['client']): void {
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
