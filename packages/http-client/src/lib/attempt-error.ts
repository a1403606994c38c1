import { formatAddress, TimeoutError, UpstreamError, withoutStack } from '@evenkeel/core';
import type { AttemptInfo } from './request-observer.ts';

/** Errors that are the caller's own: they say nothing of the endpoint, and another one would not help. */
const CALLER_CODES: ReadonlySet<string> = new Set([
  'ERR_EVENKEEL_CLOSED',
  'UND_ERR_ABORTED',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_MAX_ORIGINS_REACHED',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);

/** The time limits that undici keeps, in ms. */
export interface TransportLimits {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly bodyIdleMs: number;
}

/** By the code of undici's error: what the caller is told, and which limit it was. */
const TIMEOUTS: ReadonlyMap<string, readonly [kind: string, limit: keyof TransportLimits]> = new Map([
  ['UND_ERR_CONNECT_TIMEOUT', ['connect', 'connectMs']],
  ['UND_ERR_HEADERS_TIMEOUT', ['response headers', 'headersMs']],
  ['UND_ERR_BODY_TIMEOUT', ['body idle', 'bodyIdleMs']],
]);

/**
 * Whether an error of undici is the caller's doing and not the endpoint's.
 *
 * @param tunnel whether the request is an upgrade or CONNECT: undici then also tells by such an error that a protocol
 *   cannot do it, and its own fetch acts on that
 */
export function isCallerError(error: unknown, tunnel: boolean): boolean {
  const code = codeOf(error);
  return CALLER_CODES.has(code) || (tunnel && code === 'UND_ERR_INFO');
}

/**
 * The error that the caller gets for an attempt that failed: it names the cluster and the endpoint, and has the original
 * one as its cause.
 *
 * @param retryable whether sending the request again would be safe
 */
export function attemptError(
  attempt: AttemptInfo,
  error: Error,
  retryable: boolean,
  limits: TransportLimits,
): Error {
  if (error instanceof TimeoutError) return error;
  const subject = attemptName(attempt);
  const passed = TIMEOUTS.get(codeOf(error));
  if (passed !== undefined) {
    const timeout = withoutStack(() => new TimeoutError(passed[0], limits[passed[1]], subject));
    timeout.cause = error;
    return timeout;
  }
  return withoutStack(
    () =>
      new UpstreamError(`${subject}: ${messageOf(error)} (attempt ${attempt.attempt + 1})`, {
        cause: error,
        source: 'upstream',
        retryable,
      }),
  );
}

/** How messages name where an attempt went. */
export function attemptName({ cluster, endpoint }: AttemptInfo): string {
  return `cluster "${cluster}", endpoint ${formatAddress(endpoint.host, endpoint.port)}`;
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

function messageOf(error: Error): string {
  return error.message || codeOf(error) || error.name;
}
