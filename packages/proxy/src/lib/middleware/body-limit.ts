import {
  type Clock,
  checkKeys,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  systemClock,
} from '@evenkeel/core';
import { type Failure, failure } from '../errors/reason.ts';
import { bodyThrough } from '../request/body-through.ts';
import { type BodyBounds, BoundedBody } from './bounded-body.ts';
import type { Middleware } from './middleware.ts';

/** Options of {@link bodyLimit}. At least one limit is given. */
export interface BodyLimitOptions {
  /** Longer content is answered 413. @default no limit */
  readonly maxBytes?: number;
  /** How long nothing of the content may arrive while the upstream waits for it, in ms, else 408. @default no limit */
  readonly idleTimeoutMs?: number;
  /** How long the content may take to arrive as a whole, in ms, else 408. @default no limit but that of the connection */
  readonly timeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

const KEYS: KnownKeys<BodyLimitOptions> = {
  maxBytes: true,
  idleTimeoutMs: true,
  timeoutMs: true,
  clock: true,
};

const TOO_LARGE: Failure = {
  status: 413,
  reason: 'content-too-large',
  message: 'The content of the request is too large.',
};

/**
 * Middleware that bounds the content of requests. A length that is known beforehand is refused before anything is sent upstream;
 * what turns out too long or too slow on the way breaks the upstream request off, which never looks complete.
 *
 * @throws InvalidOptionsError for a number out of its range, or when there is no limit
 */
export function bodyLimit(options: BodyLimitOptions): Middleware {
  checkKeys('', options, KEYS);
  const { clock = systemClock } = options;
  const none = Number.POSITIVE_INFINITY;
  const maxBytes = numberOption('maxBytes', options.maxBytes, none);
  const idleTimeoutMs = numberOption('idleTimeoutMs', options.idleTimeoutMs, none, { min: 1 });
  const timeoutMs = numberOption('timeoutMs', options.timeoutMs, none, { min: 1 });
  const isTimed = idleTimeoutMs !== none || timeoutMs !== none;
  if (maxBytes === none && !isTimed) {
    throw new InvalidOptionsError(
      'maxBytes',
      undefined,
      'at least one of maxBytes, idleTimeoutMs, timeoutMs',
    );
  }

  return (request, next) => {
    const { body, headers } = request;
    if (body === undefined) {
      next();
      return;
    }
    const length = headers.get('content-length');
    if (length !== undefined && Number(length) > maxBytes) {
      request.fail(TOO_LARGE);
      return;
    }
    if (length === undefined || isTimed) {
      const bounds: BodyBounds = {
        maxBytes,
        idleTimeoutMs,
        timeoutMs,
        clock,
        onTooLong: () => request.fail(TOO_LARGE),
        onTooSlow: () => request.fail(failure('request-timeout')),
      };
      request.body = bodyThrough(body, () => new BoundedBody(body.open(), bounds));
    }
    next();
  };
}
