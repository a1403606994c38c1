export type { MirrorEnded, MirrorOptions } from './lib/actions/mirror.ts';
export type { RedirectOptions } from './lib/actions/redirect.ts';
export type { RespondOptions } from './lib/actions/respond.ts';
export type { RewriteOptions } from './lib/actions/rewrite.ts';
export type { WeightedCluster } from './lib/actions/split.ts';
export type { BoundAddress } from './lib/connection/bind.ts';
export type { IpEndpoint } from './lib/connection/ip-address.ts';
export type { ListenAddress } from './lib/connection/listen-options.ts';
export type { Failure, KnownReason, Reason } from './lib/errors/reason.ts';
export type { CacheOutcome } from './lib/events/cache-outcome.ts';
export type { ExchangeAttempt } from './lib/events/exchange-attempt.ts';
export type { ExchangeEnded } from './lib/events/exchange-ended.ts';
export type { ExchangeTrace, ExchangeTracer } from './lib/events/exchange-tracer.ts';
export type {
  CertificatesRejected,
  CertificatesReloaded,
  ConnectionRefused,
  ListenerFailed,
  ProxyEvent,
  ProxyListener,
} from './lib/events/proxy-event.ts';
export type { SubscribeOptions } from './lib/events/proxy-events.ts';
export type { Exchange, RawHeaders, RequestBody, ResponseListener, ResponseWriter } from './lib/exchange.ts';
export type { ForwardingField, ForwardingOptions } from './lib/headers/forwarding-options.ts';
export type { HeaderFields } from './lib/headers/header-fields.ts';
export type { HeaderRules } from './lib/headers/header-rules.ts';
export type { HopField } from './lib/headers/hop-trust.ts';
export type { RequestIdOptions } from './lib/headers/request-id.ts';
export type { Middleware, ResponseHead, RoutedRequest } from './lib/middleware/middleware.ts';
export { type ResponseChanges, wrapResponse } from './lib/middleware/wrap-response.ts';
export { createProxy, type ProxyAddress, type ReverseProxy, type Superseded } from './lib/proxy.ts';
export type { CloseOptions, ProxyOptions, UpdateOptions } from './lib/proxy-options.ts';
export type { AcceptProxyOptions } from './lib/proxy-protocol/accept-proxy.ts';
export type { ProxyClusterRoute, ProxyClusters } from './lib/proxy-protocol/proxied-clusters.ts';
export type { ProxiedConnection } from './lib/proxy-protocol/proxy-header.ts';
export {
  type ProxyProtocolAgentOptions,
  proxyProtocolAgent,
} from './lib/proxy-protocol/proxy-protocol-agent.ts';
export type { ProxyProtocolVersion } from './lib/proxy-protocol/write-proxy-header.ts';
export type { ListenerState, ProxyState, RouteState } from './lib/proxy-state.ts';
export type { PathMatch } from './lib/routing/path-pattern.ts';
export type { RouteMatch, RouteOptions, ValueMatch, ValuePart } from './lib/routing/route-options.ts';
export type { ConnectionEnded, ConnectionOpened } from './lib/tcp/tcp-events.ts';
export type {
  TcpClient,
  TcpCluster,
  TcpClusterRoute,
  TcpProxyOptions,
  TcpRetryOptions,
} from './lib/tcp/tcp-options.ts';
export { createTcpProxy, type TcpProxy, type TcpProxyState } from './lib/tcp/tcp-proxy.ts';
export type { ListenOptions } from './lib/transports/listen-options.ts';
export { checkListenOptions } from './lib/transports/listener.ts';
export type { ConnectionOptions } from './lib/transports/node-http-options.ts';
export type {
  CertificateFiles,
  ClientAuthOptions,
  TlsListenOptions,
} from './lib/transports/tls-options.ts';
