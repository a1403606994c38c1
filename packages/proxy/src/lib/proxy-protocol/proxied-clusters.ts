import { type Cluster, choiceOption, InvalidOptionsError } from '@evenkeel/core';
import type { HttpClientOptions, HttpClusterRoute } from '@evenkeel/http-client';
import type { Dispatcher } from 'undici';
import { proxyProtocolAgent } from './proxy-protocol-agent.ts';
import type { ProxyProtocolVersion } from './write-proxy-header.ts';

/** A cluster with settings of its own behind a proxy. */
export interface ProxyClusterRoute extends HttpClusterRoute {
  /**
   * Tells endpoints the client's address by a header of the PROXY protocol, which they must expect. Each connection of a
   * client gets connections of its own to the endpoints; HTTP/1.1 only, and not together with `dispatcher`. @default none
   */
  readonly proxyProtocol?: ProxyProtocolVersion;
}

/** The clusters of a proxy: by name, with settings where they need some, or a list of them. */
export type ProxyClusters = Readonly<Record<string, Cluster | ProxyClusterRoute>> | readonly Cluster[];

/** Clusters as the client takes them. */
export interface ProxiedClusters {
  readonly clusters: HttpClientOptions['clusters'];
  /** Those that must know whose each request is. */
  readonly named: ReadonlySet<string>;
  /** The dispatchers made for them, to be closed with the proxy. */
  readonly owned: readonly Dispatcher[];
}

/**
 * Gives clusters that are told of clients a dispatcher that tells them.
 *
 * @param client the settings of all clusters
 * @throws InvalidOptionsError naming the option
 */
export function proxiedClusters(
  clusters: ProxyClusters,
  client: Omit<HttpClientOptions, 'clusters'>,
): ProxiedClusters {
  const owned: Dispatcher[] = [];
  const named = new Set<string>();
  if (isList(clusters) || typeof clusters !== 'object' || clusters === null)
    return { clusters, named, owned };
  const routes: Record<string, Cluster | HttpClusterRoute> = {};
  for (const [name, entry] of Object.entries(clusters)) {
    if (!('proxyProtocol' in entry) || entry.proxyProtocol === undefined) {
      routes[name] = entry;
      continue;
    }
    const field = `clusters.${name}.proxyProtocol`;
    const { proxyProtocol, tls, ...route } = entry;
    const version = choiceOption<ProxyProtocolVersion>(field, proxyProtocol, 'v2', ['v1', 'v2']);
    if (route.protocol === 'h2' || route.protocol === 'h2c') {
      throw new InvalidOptionsError(field, version, 'nothing, as the protocol is HTTP/2');
    }
    if (route.dispatcher !== undefined || client.dispatcher !== undefined) {
      throw new InvalidOptionsError(field, version, 'nothing, as there is a dispatcher');
    }
    const dispatcher = proxyProtocolAgent({
      version,
      ...(tls && { tls }),
      ...(client.agent && { agent: withoutConnect(client.agent) }),
      connectTimeoutMs: client.connectTimeoutMs || 2_000,
    });
    owned.push(dispatcher);
    named.add(name);
    routes[name] = { ...route, dispatcher };
  }
  return { clusters: routes, named, owned };
}

function withoutConnect({
  connect: _,
  factory: _factory,
  ...agent
}: NonNullable<HttpClientOptions['agent']>) {
  return agent;
}

function isList(clusters: ProxyClusters): clusters is readonly Cluster[] {
  return Array.isArray(clusters);
}
