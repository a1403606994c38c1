import type {
  ClusterOptions,
  HealthCheckOptions,
  Random,
  RetryBudgetOptions,
  ZoneOptions,
} from '@evenkeel/core';
import type { RequestPolicy, RetryOptions } from '@evenkeel/http-client';
import type { DistributionInput } from '../distributions.ts';
import type { Traffic } from './traffic.ts';

/**
 * One or more processes that send requests. Each has a real cluster and a real client of its own, with their options and
 * defaults: retries, hedging, outlier detection and budgets are those of production.
 */
export interface ClientModel extends ClientSettings {
  /** Clients of this kind; each learns by itself. @default 1 */
  readonly count?: number;
  /** What each of them sends. */
  readonly traffic: Traffic;
  /** Where it runs: for the network, and for `zoneAware`. */
  readonly zone?: string;
  /** The hash key of each request, such as `zipfKeys(…)`. @default none */
  readonly keys?: (random: Random) => string;
  /** A method that is not idempotent is not sent twice. @default 'GET' */
  readonly method?: string;
}

/** How a client balances, and how it tries a request. */
export interface ClientSettings extends ClusterSettings, TrySettings {}

/** Options of the cluster, as in `createCluster`. */
export interface ClusterSettings
  extends Pick<
    ClusterOptions,
    'outlierDetection' | 'panic' | 'priority' | 'slowStart' | 'guard' | 'concurrencyLimit'
  > {
  /** Active checks: endpoints that refuse or are frozen fail them, others by their `failureRatio`. @default none */
  readonly healthCheck?: Omit<HealthCheckOptions, 'checker'>;
  /** Prefers endpoints of the client's own zone: the cluster's option `zone`, with the client's as the local one. @default no */
  readonly zoneAware?: Omit<ZoneOptions, 'local'>;
  /** Uses only some endpoints: the cluster's option `subset`, for which clients of one kind are numbered. @default all of them */
  readonly subset?: { readonly kind: 'aperture' | 'rendezvous'; readonly size?: number };
  /** How long a client takes to hear of a change in the registry, in ms. @default 0 */
  readonly discoveryDelayMs?: DistributionInput;
}

/** Options of the client, as in `createHttpClient`. */
export interface TrySettings
  extends Pick<
    RequestPolicy,
    'hedge' | 'perTryTimeoutMs' | 'overallTimeoutMs' | 'isFailure' | 'loadReports'
  > {
  /** @default as in `RetryOptions` */
  readonly retry?: Omit<RetryOptions, 'budget' | 'methods'> | false;
  /** Of retries and hedges together. @default 20 % and 10 a second */
  readonly retryBudget?: Omit<RetryBudgetOptions, 'clock'>;
}
