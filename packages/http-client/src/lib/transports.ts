import type { ConnectionOptions } from 'node:tls';
import { type Cluster, InvalidOptionsError, numberOption, systemClock } from '@evenkeel/core';
import { Agent, type Dispatcher } from 'undici';
import { type ClusterTransport, clusterTransports } from './cluster-transports.ts';
import type {
  BalanceOptions,
  ClusterRoute,
  HttpClientOptions,
  HttpClusterRoute,
} from './http-client-options.ts';
import { Http2Agent } from './http2/http2-agent.ts';
import { Http2Dispatcher } from './http2/http2-dispatcher.ts';
import { resetsAreErrors } from './resets-are-errors.ts';
import { type SharedAgent, shareAgent, type WantedAgent } from './shared-agents.ts';

/** How long undici waits unless told otherwise, in ms. */
const UNDICI_CONNECT_MS = 10_000;
const UNDICI_TIMEOUT_MS = 300_000;

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
  readonly clusters: BalanceOptions['clusters'];
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
    ? clusterTransports(clusters, agentOptions, dispatcher !== undefined)
    : new Map<string, ClusterTransport>();
  const agents: SharedAgent[] = [];
  const share = (wanted: WantedAgent, make: () => Dispatcher): Dispatcher => {
    const shared = shareAgent(wanted, make, before, user);
    agents.push(shared);
    return shared.agent;
  };
  const http1With = (wanted: Agent.Options): Dispatcher =>
    share({ kind: 'http1', options: wanted }, () => new Agent(wanted));
  const http2With = (wanted: Agent.Options): Dispatcher =>
    share({ kind: 'http2', options: wanted }, () => http2Agent(wanted, options.clock));
  return {
    inner: dispatcher ?? http1With(agentOptions),
    agents,
    clusters: isByName(clusters) ? withTransports(clusters, special, http1With, http2With) : clusters,
    connectMs: connectMs || UNDICI_CONNECT_MS,
  };
}

type ClustersByName = Readonly<Record<string, Cluster | HttpClusterRoute>>;

function withTransports(
  clusters: ClustersByName,
  special: ReadonlyMap<string, ClusterTransport>,
  http1With: (options: Agent.Options) => Dispatcher,
  http2With: (options: Agent.Options) => Dispatcher,
): Transports['clusters'] {
  const routed: Record<string, Cluster | ClusterRoute> = {};
  for (const [key, entry] of Object.entries(clusters)) {
    const wanted = special.get(key);
    if (wanted === undefined) {
      routed[key] = entry as Cluster | ClusterRoute;
      continue;
    }
    const { tls: _, protocol, ...route } = entry as HttpClusterRoute;
    const http1 = http1With(wanted.options);
    if (wanted.http2) {
      const scheme = protocol === 'h2' ? 'https' : 'http';
      routed[key] = {
        ...route,
        protocol: scheme,
        dispatcher: new Http2Dispatcher(http2With(wanted.options), http1),
      };
    } else {
      const same = protocol === undefined ? {} : { protocol: protocol as 'http' | 'https' };
      routed[key] = { ...route, ...same, dispatcher: http1 };
    }
  }
  return routed;
}

function http2Agent(
  { connect, connectTimeout, headersTimeout, bodyTimeout }: Agent.Options,
  clock = systemClock,
) {
  return new Http2Agent({
    clock,
    tls: connect as ConnectionOptions,
    connectMs: connectTimeout ?? UNDICI_CONNECT_MS,
    headersMs: headersTimeout ?? UNDICI_TIMEOUT_MS,
    bodyIdleMs: bodyTimeout ?? UNDICI_TIMEOUT_MS,
  });
}

function isByName(clusters: HttpClientOptions['clusters']): clusters is ClustersByName {
  return typeof clusters === 'object' && clusters !== null && !Array.isArray(clusters);
}
