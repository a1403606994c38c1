import { checkKeys, InvalidOptionsError, numberOption, type RetryBudget } from '@evenkeel/core';
import type { Dispatcher } from 'undici';
import { deadlineHeaderOption } from './deadline-header.ts';
import { HEDGE_KEYS, RETRY_KEYS, SETTINGS_KEYS } from './known-options.ts';
import type { HedgeOptions, RequestPolicy, RequestSettings, RetryOptions } from './request-policy.ts';

/** A validated {@link RequestPolicy}, with every default filled in. */
export interface Policy {
  readonly retry: RetryPolicy | undefined;
  readonly hedge: HedgePolicy | undefined;
  /** 0 is no limit. */
  readonly perTryTimeoutMs: number;
  /** 0 is no limit. */
  readonly overallTimeoutMs: number;
  /** Undefined leaves undici's own. */
  readonly bodyIdleTimeoutMs: number | undefined;
  readonly hashKey: ((options: Dispatcher.DispatchOptions) => string | undefined) | undefined;
  readonly isFailure: (statusCode: number) => boolean;
  readonly loadReports: boolean;
  /** In lower case. */
  readonly deadlineHeader: string | undefined;
}

export interface RetryPolicy {
  readonly maxRetries: number;
  readonly methods: ReadonlySet<string>;
  readonly statusCodes: ReadonlySet<number>;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  readonly maxRetryAfterMs: number;
  readonly replayBufferBytes: number;
  /** Undefined is the cluster's own. */
  readonly budget: RetryBudget | undefined;
}

export interface HedgePolicy {
  readonly percentile: number;
  readonly delayMs: number | undefined;
  readonly minDelayMs: number;
  readonly minSamples: number;
  readonly maxHedges: number;
}

/** The idempotent methods of RFC 9110 §9.2.2, and QUERY, which is safe and idempotent by definition. */
export const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PUT',
  'DELETE',
  'QUERY',
]);
const RETRIED_STATUS_CODES: readonly number[] = [500, 502, 503, 504];
const OR_OFF = 'an object with options, or false';
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Validates the policies of one cluster: those of its own where given, else those of the client.
 *
 * @param own the cluster's policies, with the field name that errors give them
 * @throws InvalidOptionsError naming the field
 */
export function resolvePolicy(
  client: RequestPolicy,
  own: { readonly field: string; readonly policy: RequestPolicy } | undefined,
): Policy {
  const option = <K extends keyof RequestPolicy>(name: K): readonly [string, RequestPolicy[K]] =>
    own !== undefined && own.policy[name] !== undefined
      ? [`${own.field}.${name}`, own.policy[name]]
      : [name, client[name]];
  const [retryField, retry] = option('retry');
  const [hedgeField, hedge] = option('hedge');
  const [idleField, bodyIdleTimeoutMs] = option('bodyIdleTimeoutMs');
  const [headerField, deadlineHeader] = option('deadlineHeader');
  return {
    retry: retry === false ? undefined : resolveRetry(retryField, retry === undefined ? {} : retry),
    hedge: hedge === undefined || hedge === false ? undefined : resolveHedge(hedgeField, hedge),
    perTryTimeoutMs: timeout(...option('perTryTimeoutMs')),
    overallTimeoutMs: timeout(...option('overallTimeoutMs')),
    bodyIdleTimeoutMs: bodyIdleTimeoutMs === undefined ? undefined : timeout(idleField, bodyIdleTimeoutMs),
    hashKey: callback(...option('hashKey')),
    isFailure: callback(...option('isFailure')) ?? isServerError,
    loadReports: flag(...option('loadReports')),
    deadlineHeader:
      deadlineHeader === undefined ? undefined : deadlineHeaderOption(headerField, deadlineHeader),
  };
}

/**
 * The policy of one request: the cluster's with the request's own settings.
 *
 * @throws InvalidOptionsError naming the field
 */
export function requestPolicy(policy: Policy, settings: RequestSettings): Policy {
  const field = 'evenkeel';
  checkKeys(field, settings, SETTINGS_KEYS);
  const { retry, hedge, perTryTimeoutMs, overallTimeoutMs, bodyIdleTimeoutMs } = settings;
  return {
    ...policy,
    retry: retry === undefined ? policy.retry : retry === false ? undefined : seenRetry(retry),
    hedge: hedge === undefined ? policy.hedge : hedge === false ? undefined : seenHedge(hedge),
    perTryTimeoutMs:
      perTryTimeoutMs === undefined
        ? policy.perTryTimeoutMs
        : timeout(`${field}.perTryTimeoutMs`, perTryTimeoutMs),
    overallTimeoutMs:
      overallTimeoutMs === undefined
        ? policy.overallTimeoutMs
        : timeout(`${field}.overallTimeoutMs`, overallTimeoutMs),
    bodyIdleTimeoutMs:
      bodyIdleTimeoutMs === undefined
        ? policy.bodyIdleTimeoutMs
        : timeout(`${field}.bodyIdleTimeoutMs`, bodyIdleTimeoutMs),
  };
}

const retries = new WeakMap<RetryOptions, RetryPolicy>();
const hedges = new WeakMap<HedgeOptions, HedgePolicy>();

function seenRetry(options: RetryOptions): RetryPolicy {
  let policy = retries.get(options);
  if (policy === undefined) {
    policy = resolveRetry('evenkeel.retry', options);
    retries.set(options, policy);
  }
  return policy;
}

function seenHedge(options: HedgeOptions): HedgePolicy {
  let policy = hedges.get(options);
  if (policy === undefined) {
    policy = resolveHedge('evenkeel.hedge', options);
    hedges.set(options, policy);
  }
  return policy;
}

function resolveRetry(field: string, options: RetryOptions): RetryPolicy {
  checkKeys(field, options, RETRY_KEYS, OR_OFF);
  const { methods = [...IDEMPOTENT_METHODS], statusCodes = RETRIED_STATUS_CODES, budget } = options;
  if (!Array.isArray(methods) || !methods.every((method) => typeof method === 'string')) {
    throw new InvalidOptionsError(`${field}.methods`, methods, 'a list of HTTP methods');
  }
  if (!Array.isArray(statusCodes) || !statusCodes.every(isFinalStatus)) {
    throw new InvalidOptionsError(
      `${field}.statusCodes`,
      statusCodes,
      'a list of status codes from 200 to 599',
    );
  }
  if (budget !== undefined && typeof budget.tryWithdraw !== 'function') {
    throw new InvalidOptionsError(`${field}.budget`, budget, 'a retry budget');
  }
  const backoffBaseMs = numberOption(`${field}.backoffBaseMs`, options.backoffBaseMs, 25, { min: 1 });
  return {
    maxRetries: numberOption(`${field}.maxRetries`, options.maxRetries, 2, { integer: true }),
    methods: new Set(methods.map((method) => method.toUpperCase())),
    statusCodes: new Set(statusCodes),
    backoffBaseMs,
    backoffMaxMs: numberOption(`${field}.backoffMaxMs`, options.backoffMaxMs, Math.max(250, backoffBaseMs), {
      min: backoffBaseMs,
    }),
    maxRetryAfterMs: numberOption(`${field}.maxRetryAfterMs`, options.maxRetryAfterMs, 5_000, {
      max: MAX_TIMER_MS,
    }),
    replayBufferBytes: numberOption(`${field}.replayBufferBytes`, options.replayBufferBytes, 65_536),
    budget,
  };
}

function resolveHedge(field: string, options: HedgeOptions): HedgePolicy {
  checkKeys(field, options, HEDGE_KEYS, OR_OFF);
  const { percentile, delayMs } = options;
  return {
    percentile: numberOption(`${field}.percentile`, percentile, 0.95, { max: 1 }),
    delayMs:
      delayMs === undefined ? undefined : numberOption(`${field}.delayMs`, delayMs, 0, { max: MAX_TIMER_MS }),
    minDelayMs: numberOption(`${field}.minDelayMs`, options.minDelayMs, 1, { max: MAX_TIMER_MS }),
    minSamples: numberOption(`${field}.minSamples`, options.minSamples, 100, { min: 1, integer: true }),
    maxHedges: numberOption(`${field}.maxHedges`, options.maxHedges, 1, { min: 1, integer: true }),
  };
}

function timeout(field: string, value: number | undefined): number {
  return numberOption(field, value, 0, { max: MAX_TIMER_MS });
}

function flag(field: string, value: boolean | undefined): boolean {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new InvalidOptionsError(field, value, 'true or false');
  }
  return value === true;
}

function callback<T>(field: string, value: T | undefined): T | undefined {
  if (value !== undefined && typeof value !== 'function') {
    throw new InvalidOptionsError(field, value, 'a function');
  }
  return value;
}

function isFinalStatus(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599;
}

function isServerError(statusCode: number): boolean {
  return statusCode >= 500;
}
