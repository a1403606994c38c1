export type { MirrorEnded, MirrorOptions } from './lib/actions/mirror.ts';
export type { RedirectOptions } from './lib/actions/redirect.ts';
export type { RespondOptions } from './lib/actions/respond.ts';
export type { RewriteOptions } from './lib/actions/rewrite.ts';
export type { WeightedCluster } from './lib/actions/split.ts';
export type { Failure, KnownReason, Reason } from './lib/errors/reason.ts';
export type { CacheOutcome } from './lib/events/cache-outcome.ts';
export type { ExchangeAttempt } from './lib/events/exchange-attempt.ts';
export type { ExchangeEnded } from './lib/events/exchange-ended.ts';
export type {
  ConnectionRefused,
  ListenerFailed,
  ProxyEvent,
  ProxyListener,
} from './lib/events/proxy-event.ts';
export type { Exchange, RawHeaders, RequestBody, ResponseListener, ResponseWriter } from './lib/exchange.ts';
export type { HeaderFields } from './lib/headers/header-fields.ts';
export type { HeaderRules } from './lib/headers/header-rules.ts';
export type { Middleware, ResponseHead, RoutedRequest } from './lib/middleware/middleware.ts';
export { type ResponseChanges, wrapResponse } from './lib/middleware/wrap-response.ts';
export { createProxy, type ProxyAddress, type ReverseProxy, type Superseded } from './lib/proxy.ts';
export type { CloseOptions, ProxyOptions, UpdateOptions } from './lib/proxy-options.ts';
export type { ListenerState, ProxyState, RouteState } from './lib/proxy-state.ts';
export type { PathMatch } from './lib/routing/path-pattern.ts';
export type { RouteMatch, RouteOptions, ValueMatch, ValuePart } from './lib/routing/route-options.ts';
export type { ConnectionOptions } from './lib/transports/node-http-options.ts';
export type { ListenOptions } from './lib/transports/node-http-server.ts';
