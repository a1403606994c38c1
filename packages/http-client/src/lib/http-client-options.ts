import type { ConnectionOptions, SecureContextOptions } from 'node:tls';
import type { Clock, Cluster, Random } from '@evenkeel/core';
import type { Agent, Dispatcher } from 'undici';
import type { HttpClient } from './http-client-interface.ts';
import type { RequestObserver } from './request-observer.ts';
import type { RequestPolicy } from './request-policy.ts';

/** What `balance` and `createHttpClient` have in common. */
export interface BalanceOptions<Route extends ClusterRoute = ClusterRoute> extends RequestPolicy {
  /**
   * The clusters, by the host of the URLs that go to them: `{ orders: cluster }` takes `http://orders/…`. A key may
   * have a port, as in `orders:8080`. A list of clusters goes by their names. Any other origin passes through untouched.
   * Clusters stay the caller's: closing the client does not close them.
   */
  readonly clusters: Readonly<Record<string, Cluster | Route>> | readonly Cluster[];
  /** How long a request waits for a cluster's first snapshot before it fails with `ERR_EVENKEEL_NOT_READY`, in ms. @default 1_000 */
  readonly readyTimeoutMs?: number;
  /** Told of every attempt of every request. */
  readonly observer?: RequestObserver;
  /** @default systemClock */
  readonly clock?: Clock;
  /** For the jitter of the back-off. @default Math.random */
  readonly random?: Random;
}

/** A cluster with settings of its own; the policies left out are those of the whole client. */
export interface ClusterRoute extends RequestPolicy {
  readonly cluster: Cluster;
  /**
   * How to speak to the endpoints: HTTP/1.1 in clear text (`http`) or over TLS (`https`); in `createHttpClient` also HTTP/2 over TLS (`h2`,
   * which endpoints must choose by ALPN) or in clear text with prior knowledge (`h2c`). Upgrades and CONNECT go over HTTP/1.1 in any case.
   * @default the scheme of the request's URL
   */
  readonly protocol?: 'http' | 'https' | 'h2' | 'h2c';
  /**
   * The name sent as SNI and checked against the certificate, the same for all requests. @default the endpoint's host
   * name, or the host of the request's URL where the endpoint is an IP address
   */
  readonly servername?: string;
  /**
   * The Host header: `endpoint` sends the endpoint's own `host:port`, `preserve` the host of the request's URL, and both
   * give way to a Host header set by the caller; any other value is sent always. @default 'endpoint'
   */
  readonly hostHeader?: 'endpoint' | 'preserve' | (string & {});
  /** Carries this cluster's requests instead of the client's own agent. Stays the caller's. */
  readonly dispatcher?: Dispatcher;
  /** Requests that may be open at the same time; more fail with `ERR_EVENKEEL_OVERLOADED`. @default Infinity */
  readonly maxRequests?: number;
  /** Requests that may wait for the first snapshot at the same time; more fail with `ERR_EVENKEEL_OVERLOADED`. @default Infinity */
  readonly maxPendingRequests?: number;
}

/** Options of `createHttpClient`. Only `clusters` is needed. */
export interface HttpClientOptions extends BalanceOptions<HttpClusterRoute> {
  /**
   * Answers requests before they are balanced, such as `cache({ store })` of `@evenkeel/cache`, or any interceptor of undici:
   * what it sees is the URL with the cluster's name, never an endpoint. Its store stays the caller's. @default none
   */
  readonly cache?: Dispatcher.DispatcherComposeInterceptor;
  /** Carries all requests, such as a `MockAgent` or a `ProxyAgent`. Stays the caller's. @default an `Agent` of its own */
  readonly dispatcher?: Dispatcher;
  /** Options of the client's own `Agent`: keep-alive, connections, HTTP/2, TLS. Not together with `dispatcher`. */
  readonly agent?: Agent.Options;
  /** How long a connection may take to be made, TLS included, in ms; 0 is undici's own 10 s. @default 2_000 */
  readonly connectTimeoutMs?: number;
  /**
   * A client whose place this one takes, while requests of it may still be open: connections with the same options are shared,
   * and of each cluster that both have the retry budget, the latencies and the counts of open requests. Close it as any other.
   * @default none
   */
  readonly previous?: HttpClient;
}

/** A cluster with settings of its own in a client that makes its connections itself. */
export interface HttpClusterRoute extends ClusterRoute {
  /**
   * TLS options of this cluster alone: it gets an agent of its own. `caFile`, `certFile` and `keyFile` are read once.
   */
  readonly tls?: TlsOptions;
}

/** How to trust the endpoints, and to be trusted by them. Certificates are verified unless `rejectUnauthorized` is false. */
export type TlsOptions = SecureContextOptions &
  Pick<ConnectionOptions, 'rejectUnauthorized' | 'checkServerIdentity'> &
  TlsFiles;

/** PEM files in place of their contents. */
export interface TlsFiles {
  /** Authorities in place of those of the system, instead of `ca`. */
  readonly caFile?: string;
  /** The certificate of this client, instead of `cert`. */
  readonly certFile?: string;
  /** Its key, instead of `key`. */
  readonly keyFile?: string;
}
