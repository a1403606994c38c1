import { InvalidOptionsError } from '@evenkeel/core';
import { type Dispatcher, errors } from 'undici';
import type { TransportLimits } from './attempt-error.ts';
import { AttemptOptions } from './attempt-options.ts';
import type { RequestBody } from './body.ts';
import { checkObserver } from './notify-observer.ts';
import { IDEMPOTENT_METHODS, type Policy, requestPolicy } from './policy.ts';
import { requestBody } from './request-body.ts';
import type { RequestContext } from './request-context.ts';
import { stableHeaders } from './request-headers.ts';
import type { RequestObserver } from './request-observer.ts';
import type { WithRequestSettings } from './request-policy.ts';
import type { Upstream } from './upstream.ts';

/** What is settled about a request before its first attempt. */
export class RequestPlan {
  readonly policy: Policy;
  readonly scheme: 'http' | 'https';
  readonly observer: RequestObserver | undefined;
  readonly hashKey: string | undefined;
  /** An upgrade or CONNECT: the response is a connection. */
  readonly tunnel: boolean;
  /** Whether it may be sent again after it was sent. */
  readonly idempotent: boolean;
  readonly body: RequestBody;
  readonly attemptOptions: AttemptOptions;
  /** Infinity without a limit. */
  readonly overallTimeoutMs: number;
  /** Clock time; Infinity without a limit. */
  readonly deadlineAt: number;
  private readonly options: Dispatcher.DispatchOptions;

  /** @throws InvalidOptionsError when the request's own settings are out of their range */
  constructor(
    shared: RequestContext,
    upstream: Upstream,
    scheme: 'http' | 'https',
    given: Dispatcher.DispatchOptions & WithRequestSettings,
    handler: Dispatcher.DispatchHandler,
  ) {
    const options = withStableHeaders(given);
    const settings = options.evenkeel;
    const policy = settings === undefined ? upstream.policy : requestPolicy(upstream.policy, settings);
    const { retry } = policy;
    this.options = options;
    this.policy = policy;
    this.scheme = scheme;
    this.observer = checkObserver('evenkeel.observer', settings?.observer);
    this.hashKey =
      checkHashKey('evenkeel.hashKey', settings?.hashKey) ??
      checkHashKey('hashKey', policy.hashKey?.(options));
    this.tunnel = options.method === 'CONNECT' || Boolean(options.upgrade);
    if (this.tunnel && typeof handler.onRequestUpgrade !== 'function') {
      throw new errors.InvalidArgumentError('invalid onRequestUpgrade method');
    }
    const methods = retry?.methods ?? IDEMPOTENT_METHODS;
    this.idempotent = !this.tunnel && (options.idempotent ?? methods.has(options.method));
    this.body = requestBody(
      options.body,
      this.idempotent && retry !== undefined ? retry.replayBufferBytes : 0,
    );
    this.attemptOptions = new AttemptOptions(options, policy, upstream);
    this.overallTimeoutMs = Math.min(
      policy.overallTimeoutMs || Number.POSITIVE_INFINITY,
      this.attemptOptions.incomingTimeoutMs ?? Number.POSITIVE_INFINITY,
    );
    this.deadlineAt =
      this.overallTimeoutMs === Number.POSITIVE_INFINITY
        ? Number.POSITIVE_INFINITY
        : shared.clock.now() + this.overallTimeoutMs;
  }

  /** The limits that undici keeps for this request. */
  limits({ limits }: RequestContext): TransportLimits {
    const { headersTimeout, bodyTimeout } = this.options;
    return {
      connectMs: limits.connectMs,
      headersMs: headersTimeout ?? limits.headersMs,
      bodyIdleMs: bodyTimeout ?? this.policy.bodyIdleTimeoutMs ?? limits.bodyIdleMs,
    };
  }

  /** Time left, in ms; Infinity without a limit. */
  remainingMs(shared: RequestContext): number {
    return this.deadlineAt === Number.POSITIVE_INFINITY
      ? this.deadlineAt
      : this.deadlineAt - shared.clock.now();
  }
}

/** Headers that an iterator gives are for the hash key as well as for every attempt. */
function withStableHeaders<T extends Dispatcher.DispatchOptions>(options: T): T {
  const headers = stableHeaders(options.headers);
  return headers === (options.headers ?? null) ? options : { ...options, headers };
}

/** Takes null for none, as `Headers` and others say it. */
function checkHashKey(field: string, key: string | null | undefined): string | undefined {
  if (key === undefined || key === null) return undefined;
  if (typeof key !== 'string') throw new InvalidOptionsError(field, key, 'a string, or undefined');
  return key;
}
