import { type Cluster, checkKeys, InvalidOptionsError, numberOption } from '@evenkeel/core';
import { Agent, type Dispatcher } from 'undici';
import { isCluster } from './cluster-routes.ts';
import type { HttpClientOptions, HttpClusterRoute } from './http-client-options.ts';
import { CLIENT_ROUTE_KEYS } from './known-options.ts';
import { resetsAreErrors } from './resets-are-errors.ts';

/** A dispatcher with what undici's own have beyond the type. */
export type InnerDispatcher = Dispatcher & {
  readonly stats?: unknown;
  readonly webSocketOptions?: unknown;
  readonly eventSourceOptions?: unknown;
  readonly isMockActive?: boolean;
};

/** What carries a client's requests. */
export interface Transports {
  readonly inner: InnerDispatcher;
  /** The dispatchers made here, to be closed with the client. */
  readonly owned: readonly Dispatcher[];
  readonly clusters: HttpClientOptions['clusters'];
  readonly connectMs: number;
}

/**
 * The client's own agent, or the dispatcher passed in; and an agent for each cluster with TLS options of its own.
 *
 * @throws InvalidOptionsError naming the field
 */
export function transports(options: HttpClientOptions): Transports {
  const { dispatcher, agent = {}, clusters } = options;
  const connectMs = numberOption('connectTimeoutMs', options.connectTimeoutMs, 2_000, { max: 2 ** 31 - 1 });
  if (typeof agent !== 'object' || agent === null) {
    throw new InvalidOptionsError('agent', agent, 'options of an Agent');
  }
  if (dispatcher !== undefined && options.agent !== undefined) {
    throw new InvalidOptionsError('agent', agent, 'nothing, as there is a dispatcher');
  }
  if (dispatcher !== undefined && typeof dispatcher.dispatch !== 'function') {
    throw new InvalidOptionsError('dispatcher', dispatcher, 'a Dispatcher');
  }
  const agentOptions: Agent.Options = {
    ...(connectMs === 0 ? undefined : { connectTimeout: connectMs }),
    factory: resetsAreErrors,
    ...agent,
  };
  const inner = dispatcher ?? new Agent(agentOptions);
  const owned: Dispatcher[] = dispatcher === undefined ? [inner] : [];
  if (clusters === null || typeof clusters !== 'object' || Array.isArray(clusters)) {
    return { inner, owned, clusters, connectMs: connectMs || 10_000 };
  }
  const routed: Record<string, Cluster | HttpClusterRoute> = {};
  for (const [key, entry] of Object.entries(clusters as Record<string, Cluster | HttpClusterRoute>)) {
    if (isCluster(entry)) {
      routed[key] = entry;
      continue;
    }
    checkKeys(`clusters.${key}`, entry, CLIENT_ROUTE_KEYS, 'a cluster, or an object with one');
    const { tls, ...route } = entry;
    if (tls === undefined) {
      routed[key] = entry;
      continue;
    }
    if (typeof tls !== 'object' || tls === null) {
      throw new InvalidOptionsError(`clusters.${key}.tls`, tls, 'TLS options');
    }
    if (route.dispatcher !== undefined || typeof agent.connect === 'function') {
      throw new InvalidOptionsError(`clusters.${key}.tls`, tls, 'nothing, as connections are made elsewhere');
    }
    const own = new Agent({ ...agentOptions, connect: { ...agent.connect, ...tls } });
    owned.push(own);
    routed[key] = { ...route, dispatcher: own };
  }
  return { inner, owned, clusters: routed, connectMs: connectMs || 10_000 };
}
