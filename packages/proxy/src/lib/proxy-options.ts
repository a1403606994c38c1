import type { Clock, Random } from '@evenkeel/core';
import type { HttpClientOptions } from '@evenkeel/http-client';
import type { Dispatcher } from 'undici';
import type { ExchangeTracer } from './events/exchange-tracer.ts';
import type { ForwardingOptions } from './headers/forwarding-options.ts';
import type { RequestIdOptions } from './headers/request-id.ts';
import type { Middleware } from './middleware/middleware.ts';
import type { ProxyClusters } from './proxy-protocol/proxied-clusters.ts';
import type { RouteOptions } from './routing/route-options.ts';
import type { ConnectionOptions } from './transports/node-http-options.ts';

/** Options of `createProxy`. Only `routes` and `clusters` are needed. */
export interface ProxyOptions {
  /** Which requests go to which cluster; at least one. A request that none matches is answered 404. */
  readonly routes: readonly RouteOptions[];
  /** The clusters that routes name, with settings of their own where they need some. Stay the caller's: the proxy does not close them. */
  readonly clusters: ProxyClusters;
  /** What every request goes through, in order, before the middleware of its route; also those that no route matches. @default none */
  readonly middleware?: readonly Middleware[];
  /** How all clusters are spoken to: retries, hedging, timeouts, connections. @default the defaults of `createHttpClient` */
  readonly client?: Omit<HttpClientOptions, 'clusters' | 'cache'>;
  /** Takes the place of the proxy's own client: it must send `http://<cluster>/…` to the cluster of that name. Stays the caller's. */
  readonly dispatcher?: Dispatcher;
  /** The name in `Via`; give each tier of proxies its own, as it also tells loops. @default 'evenkeel' */
  readonly name?: string;
  /** Addresses and networks of peers whose `X-Forwarded-*` and `Forwarded` are believed and extended. @default none: theirs are replaced */
  readonly trustedProxies?: readonly string[];
  /**
   * Proxies in front of this one, whatever their addresses: the client is that many hops away. Only where nobody can connect
   * around them; not together with `trustedProxies`. @default 0
   */
  readonly trustedHops?: number;
  /** What is made of earlier hops, and told upstream of them: `X-Forwarded-*`, `X-Real-IP`, `Forwarded`. */
  readonly forwarded?: ForwardingOptions;
  /** Gives each request an id that goes upstream and into events; true is `x-request-id`. @default false */
  readonly requestId?: boolean | RequestIdOptions;
  /**
   * The header that tells upstreams the subject of a client's certificate, as RFC 4514 writes it (`CN=alice,O=Acme`), where a
   * listener asks for certificates. What clients send under that name themselves never goes on, except from `trustedProxies`.
   * None that frames or routes the message or tells of hops. @default none
   */
  readonly clientCertificateHeader?: string;
  /** Protocols that `Upgrade` may switch to, in lower case; others are ignored. @default ['websocket'] */
  readonly upgrades?: readonly string[];
  /** A longer request target is answered 414. @default 8_192 */
  readonly maxTargetLength?: number;
  /** More header fields in a request are answered 431. @default 100 */
  readonly maxHeaders?: number;
  /**
   * Whether a path that some server reads as another one is answered 400: dot segments in any disguise, empty segments, encoded
   * slashes, letters and digits. Routes look at paths as they come, so where a route keeps people out and an upstream behind another
   * one normalises paths, this closes the way around. @default false
   */
  readonly plainPaths?: boolean;
  /** Limits of downstream connections. */
  readonly connections?: ConnectionOptions;
  /** Follows exchanges for distributed tracing. @default none: trace contexts of clients are passed on as they are */
  readonly tracer?: ExchangeTracer;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Which requests a split sends where, and which are mirrored. @default Math.random */
  readonly random?: Random;
}

/** Options of `update`: all but the clock, the randomness and the tracer, which stay. What is left out has its default, as in `createProxy`. */
export type UpdateOptions = Omit<ProxyOptions, 'clock' | 'random' | 'tracer'>;

/** How a proxy is closed. */
export interface CloseOptions {
  /**
   * How long all goes on as before but for `draining`, which is true, in ms: the time that load balancers in front need to see
   * it. @default 0
   */
  readonly delayMs?: number;
  /**
   * How long clients are not told to close their connections when it accepts no more, in ms. Of several processes on one port,
   * clients that one of them tells would connect again to the others, which are about to close too. @default 0
   */
  readonly quietMs?: number;
  /**
   * How long a connection may be idle then before it is closed, in ms; within the grace. A request that is under way when the
   * proxy begins to close is answered, and the client told to close the connection. @default 1_000
   */
  readonly idleMs?: number;
  /** How long open exchanges may take to finish before they are broken off, in ms. @default 25_000 */
  readonly graceMs?: number;
}
