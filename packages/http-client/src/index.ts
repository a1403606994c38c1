export { balance } from './lib/balance.ts';
export type { AttemptEvent, HedgeEvent, RetryEvent } from './lib/events.ts';
export { type GrpcHealthCheckOptions, grpcHealthCheck } from './lib/grpc-health-check.ts';
export { hashHeader } from './lib/hash-header.ts';
export { createHttpClient } from './lib/http-client.ts';
export type { FetchInit, HttpClient } from './lib/http-client-interface.ts';
export type {
  BalanceOptions,
  ClusterRoute,
  HttpClientOptions,
  HttpClusterRoute,
  TlsOptions,
} from './lib/http-client-options.ts';
export { type HttpHealthCheckOptions, httpHealthCheck } from './lib/http-health-check.ts';
export {
  type AttemptInfo,
  type AttemptUrl,
  type BalancedController,
  balancedController,
  isBalancedController,
  type RequestObserver,
} from './lib/request-observer.ts';
export type {
  HedgeOptions,
  RequestPolicy,
  RequestSettings,
  RetryOptions,
  WithRequestSettings,
  WithRequestTrailers,
} from './lib/request-policy.ts';
export { resetsAreErrors } from './lib/resets-are-errors.ts';
