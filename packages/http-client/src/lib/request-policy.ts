import type { RetryBudget } from '@evenkeel/core';
import type { Dispatcher } from 'undici';
import type { RequestObserver } from './request-observer.ts';

/** How requests are tried. Given for the client, for one cluster, and in part for one request. */
export interface RequestPolicy {
  /** Retries; false turns them off. @default see RetryOptions */
  readonly retry?: RetryOptions | false;
  /** A second attempt while the first is slow; false turns it off. @default false */
  readonly hedge?: HedgeOptions | false;
  /**
   * How long one attempt may take from the pick to the headers of its response, connecting included, in ms; 0 sets no
   * limit but undici's `headersTimeout`. @default 0
   */
  readonly perTryTimeoutMs?: number;
  /** How long a request may take from its start to the end of the response body, in ms; 0 sets no limit. @default 0 */
  readonly overallTimeoutMs?: number;
  /** How long a response body may stand still, in ms; 0 sets no limit. @default undici's `bodyTimeout`, 300_000 */
  readonly bodyIdleTimeoutMs?: number;
  /** Requests with the same key go to the same endpoint under a hashing or sticky strategy, as with `hashHeader('x-user')`. */
  readonly hashKey?: (options: Dispatcher.DispatchOptions) => string | undefined;
  /** Whether a response means that the endpoint failed. @default status ≥ 500 */
  readonly isFailure?: (statusCode: number) => boolean;
  /** Hands ORCA load reports in the response header `endpoint-load-metrics` to the strategy. @default false */
  readonly loadReports?: boolean;
  /**
   * A request header that carries the time left, in ms: sent with each attempt, and where the caller's request has it
   * already, it bounds `overallTimeoutMs`. None that frames or routes a request or tells of hops. @default none
   */
  readonly deadlineHeader?: string;
}

/**
 * When a request is sent again, to another endpoint where there is one. A request that was not sent yet (refused or slow
 * connection) may always be; one that was sent only if its method is idempotent (RFC 9110 §9.2.2) and its body can be sent
 * again. Never once the headers of a response went to the caller.
 */
export interface RetryOptions {
  /** Attempts after the first. @default 2 */
  readonly maxRetries?: number;
  /** @default ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'] */
  readonly methods?: readonly string[];
  /** Responses to retry. @default [500, 502, 503, 504] */
  readonly statusCodes?: readonly number[];
  /** The first wait is random up to this, in ms. The first retry on an endpoint not tried yet does not wait. @default 25 */
  readonly backoffBaseMs?: number;
  /** @default 250 */
  readonly backoffMaxMs?: number;
  /**
   * The longest `Retry-After` to wait for before an endpoint is tried again, in ms; an endpoint that asks for more is not
   * tried again for this request. @default 5_000
   */
  readonly maxRetryAfterMs?: number;
  /** Bytes of a streamed request body kept for a retry; a longer one cannot be retried once sending began. @default 65_536 */
  readonly replayBufferBytes?: number;
  /** Shared by retries and hedges of one cluster. @default 20 % of the requests and 10 a second, for each cluster */
  readonly budget?: RetryBudget;
}

/** A second attempt at another endpoint when the first has not answered after a while; the first answer wins. */
export interface HedgeOptions {
  /** Hedge after this percentile of the cluster's own latencies, 0–1, as in Finagle's BackupRequestFilter. @default 0.95 */
  readonly percentile?: number;
  /** Hedge after a fixed time instead, in ms. */
  readonly delayMs?: number;
  /** Never hedge earlier than this, in ms. @default 1 */
  readonly minDelayMs?: number;
  /** Responses to measure before a percentile is trusted. @default 100 */
  readonly minSamples?: number;
  /** Attempts beside the first. @default 1 */
  readonly maxHedges?: number;
}

/** Settings of one request, in the field `evenkeel` of its dispatch options. Undefined fields are the cluster's. */
export interface RequestSettings {
  readonly hashKey?: string | undefined;
  /** An options object is validated when first seen: reuse it. */
  readonly retry?: RetryOptions | false | undefined;
  /** An options object is validated when first seen: reuse it. */
  readonly hedge?: HedgeOptions | false | undefined;
  readonly perTryTimeoutMs?: number | undefined;
  readonly overallTimeoutMs?: number | undefined;
  readonly bodyIdleTimeoutMs?: number | undefined;
  /** Told of every attempt of this request, besides the client's own observer. */
  readonly observer?: RequestObserver | undefined;
}

/** What our dispatchers accept on top of undici's options. */
export interface WithRequestSettings {
  readonly evenkeel?: RequestSettings | undefined;
}

/** A further option of dispatches, for clusters that speak HTTP/2: HTTP/1.1 leaves it out. */
export interface WithRequestTrailers {
  /** Called when the content was sent: the fields to send behind it, names and values in turn. */
  requestTrailers?: () => readonly string[];
}
