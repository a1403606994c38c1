import type { KnownKeys } from '@evenkeel/core';
import type {
  BalanceOptions,
  ClusterRoute,
  HttpClientOptions,
  HttpClusterRoute,
} from './http-client-options.ts';
import type { HedgeOptions, RequestPolicy, RequestSettings, RetryOptions } from './request-policy.ts';

const POLICY: KnownKeys<RequestPolicy> = {
  retry: true,
  hedge: true,
  perTryTimeoutMs: true,
  overallTimeoutMs: true,
  bodyIdleTimeoutMs: true,
  hashKey: true,
  isFailure: true,
  loadReports: true,
  deadlineHeader: true,
};

export const BALANCE_KEYS: KnownKeys<BalanceOptions> = {
  clusters: true,
  readyTimeoutMs: true,
  observer: true,
  clock: true,
  random: true,
  ...POLICY,
};

export const CLIENT_KEYS: KnownKeys<HttpClientOptions> = {
  ...BALANCE_KEYS,
  cache: true,
  dispatcher: true,
  agent: true,
  connectTimeoutMs: true,
  previous: true,
};

export const ROUTE_KEYS: KnownKeys<ClusterRoute> = {
  cluster: true,
  protocol: true,
  servername: true,
  hostHeader: true,
  dispatcher: true,
  maxRequests: true,
  maxPendingRequests: true,
  ...POLICY,
};

export const CLIENT_ROUTE_KEYS: KnownKeys<HttpClusterRoute> = { ...ROUTE_KEYS, tls: true };

export const RETRY_KEYS: KnownKeys<RetryOptions> = {
  maxRetries: true,
  methods: true,
  statusCodes: true,
  backoffBaseMs: true,
  backoffMaxMs: true,
  maxRetryAfterMs: true,
  replayBufferBytes: true,
  budget: true,
};

export const HEDGE_KEYS: KnownKeys<HedgeOptions> = {
  percentile: true,
  delayMs: true,
  minDelayMs: true,
  minSamples: true,
  maxHedges: true,
};

export const SETTINGS_KEYS: KnownKeys<RequestSettings> = {
  hashKey: true,
  retry: true,
  hedge: true,
  perTryTimeoutMs: true,
  overallTimeoutMs: true,
  bodyIdleTimeoutMs: true,
  observer: true,
};
