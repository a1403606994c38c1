export type { ProxyAddress } from './lib/connection/bind.ts';
export type { ListenAddress } from './lib/connection/listen-options.ts';
export type { Failure, Reason } from './lib/errors/reason.ts';
export type { ExchangeEnded } from './lib/events/exchange-ended.ts';
export type {
  ConnectionRefused,
  ListenerFailed,
  ProxyEvent,
  ProxyListener,
} from './lib/events/proxy-event.ts';
export type { Exchange, RawHeaders, RequestBody, ResponseListener, ResponseWriter } from './lib/exchange.ts';
export { createProxy, type ReverseProxy } from './lib/proxy.ts';
export type { CloseOptions, ProxyOptions } from './lib/proxy-options.ts';
export type { AcceptProxyOptions } from './lib/proxy-protocol/accept-proxy.ts';
export type { ProxyProtocolVersion } from './lib/proxy-protocol/write-proxy-header.ts';
export type { RouteMatch, RouteOptions } from './lib/routing/route-options.ts';
export type { ConnectionEnded, ConnectionOpened } from './lib/tcp/tcp-events.ts';
export type {
  TcpClient,
  TcpCluster,
  TcpClusterRoute,
  TcpProxyOptions,
  TcpRetryOptions,
} from './lib/tcp/tcp-options.ts';
export { createTcpProxy, type TcpProxy } from './lib/tcp/tcp-proxy.ts';
export type { ConnectionOptions } from './lib/transports/node-http-options.ts';
export type { ListenOptions } from './lib/transports/node-http-server.ts';
