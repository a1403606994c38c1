import { type Cluster, checkKeys, InvalidOptionsError, numberOption } from '@evenkeel/core';
import type { Agent, Dispatcher } from 'undici';
import { isCluster } from './cluster-routes.ts';
import type { HttpClientOptions, HttpClusterRoute } from './http-client-options.ts';
import { CLIENT_ROUTE_KEYS } from './known-options.ts';
import { resetsAreErrors } from './resets-are-errors.ts';
import { type SharedAgent, shareAgent } from './shared-agents.ts';

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
  /** The agents of the client, each to be left once. */
  readonly agents: readonly SharedAgent[];
  readonly clusters: HttpClientOptions['clusters'];
  readonly connectMs: number;
}

/**
 * The client's own agent, or the dispatcher passed in; and an agent for each cluster with TLS options of its own.
 *
 * @param user stands for the client among those that share an agent
 * @param before agents to share where the options are the same
 * @throws InvalidOptionsError naming the field
 */
export function transports(
  options: HttpClientOptions,
  user: object,
  before: readonly SharedAgent[] = [],
): Transports {
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
  // Nothing is refused once an agent has been taken: nobody would let go of it.
  const special = isByName(clusters)
    ? agentsOfClusters(clusters, agentOptions)
    : new Map<string, Agent.Options>();
  const agents: SharedAgent[] = [];
  const agentWith = (wanted: Agent.Options): Agent => {
    const shared = shareAgent(wanted, before, user);
    agents.push(shared);
    return shared.agent;
  };
  return {
    inner: dispatcher ?? agentWith(agentOptions),
    agents,
    clusters: isByName(clusters) ? withAgents(clusters, special, agentWith) : clusters,
    connectMs: connectMs || 10_000,
  };
}

type ClustersByName = Readonly<Record<string, Cluster | HttpClusterRoute>>;

/** The options of the agents that clusters have for themselves, by the cluster's key. */
function agentsOfClusters(clusters: ClustersByName, common: Agent.Options): Map<string, Agent.Options> {
  const found = new Map<string, Agent.Options>();
  for (const [key, entry] of Object.entries(clusters)) {
    if (isCluster(entry)) continue;
    checkKeys(`clusters.${key}`, entry, CLIENT_ROUTE_KEYS, 'a cluster, or an object with one');
    const { tls } = entry;
    if (tls === undefined) continue;
    if (typeof tls !== 'object' || tls === null) {
      throw new InvalidOptionsError(`clusters.${key}.tls`, tls, 'TLS options');
    }
    if (entry.dispatcher !== undefined || typeof common.connect === 'function') {
      throw new InvalidOptionsError(`clusters.${key}.tls`, tls, 'nothing, as connections are made elsewhere');
    }
    found.set(key, { ...common, connect: { ...common.connect, ...tls } });
  }
  return found;
}

function withAgents(
  clusters: ClustersByName,
  special: ReadonlyMap<string, Agent.Options>,
  agentWith: (options: Agent.Options) => Agent,
): ClustersByName {
  const routed: Record<string, Cluster | HttpClusterRoute> = { ...clusters };
  for (const [key, wanted] of special) {
    const { tls: _, ...route } = clusters[key] as HttpClusterRoute;
    routed[key] = { ...route, dispatcher: agentWith(wanted) };
  }
  return routed;
}

function isByName(clusters: HttpClientOptions['clusters']): clusters is ClustersByName {
  return typeof clusters === 'object' && clusters !== null && !Array.isArray(clusters);
}
