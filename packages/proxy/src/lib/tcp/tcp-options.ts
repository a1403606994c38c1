import type { Balancer, Clock, Cluster, Random, RetryBudget } from '@evenkeel/core';
import type { ProxyProtocolVersion } from '../proxy-protocol/write-proxy-header.ts';

/** Options of `createTcpProxy`. Only `cluster`, or `serverNames`, is needed. */
export interface TcpProxyOptions {
  /** Where connections go; with `serverNames`, those that name none of them. @default they are closed */
  readonly cluster?: TcpCluster | TcpClusterRoute;
  /**
   * Where TLS connections go, by the name that they ask for (SNI): a host name, or `*.example.com` for any below it. TLS is
   * not ended here: the endpoint has the certificate. @default none: the first bytes are not looked at
   */
  readonly serverNames?: Readonly<Record<string, TcpCluster | TcpClusterRoute>>;
  /** When to connect to another endpoint; false never does. */
  readonly retry?: TcpRetryOptions | false;
  /** What connections have in common that go to the same endpoint under a hashing strategy. @default the client's address */
  readonly hashKey?: (connection: TcpClient) => string | undefined;
  /** What becomes of the open connections of an endpoint that discovery removed, or whose health checks failed. @default 'drain' */
  readonly goneEndpoints?: 'drain' | 'close';
  /** Connections that may be open at the same time; more are refused. @default Infinity */
  readonly maxConnections?: number;
  /** How long a connection to an endpoint may take to be made, in ms; 0 is as long as the system tries. @default 2_000 */
  readonly connectTimeoutMs?: number;
  /** How long a connection may stand still in both directions, in ms; 0 sets no limit. @default 3_600_000 */
  readonly idleTimeoutMs?: number;
  /** How long a connection waits for the first snapshot of its cluster, in ms. @default 1_000 */
  readonly readyTimeoutMs?: number;
  /** How long a client may take to name the server it wants, in ms; 0 sets no limit. @default 5_000 */
  readonly helloTimeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** For the jitter of the back-off. @default Math.random */
  readonly random?: Random;
}

/** A cluster, or any other balancer. Without `ready` it is ready at once, without `subscribe` no endpoint is ever gone. */
export type TcpCluster = Balancer & Partial<Pick<Cluster, 'name' | 'ready' | 'subscribe'>>;

/** A cluster with settings of its own. */
export interface TcpClusterRoute {
  readonly cluster: TcpCluster;
  /** Tells endpoints the client's address by a header of the PROXY protocol. They must expect it. @default none */
  readonly proxyProtocol?: ProxyProtocolVersion;
}

/** When a connection that could not be made is tried with another endpoint. No byte of the client was sent then. */
export interface TcpRetryOptions {
  /** Tries after the first. @default 2 */
  readonly maxRetries?: number;
  /** The first wait before an endpoint that was tried already is random up to this, in ms. @default 25 */
  readonly backoffBaseMs?: number;
  /** @default 250 */
  readonly backoffMaxMs?: number;
  /** Shared by what is to be limited together. @default one for each cluster: 20 % of its connections and 10/s */
  readonly budget?: RetryBudget;
}

/** Who connected. */
export interface TcpClient {
  /** The client's IP address, by the PROXY protocol where the listener takes it. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** The name that the TLS client asks for; undefined when it was not looked for, or none is given. */
  readonly serverName: string | undefined;
}
