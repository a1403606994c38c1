import { isEvenkeelError } from '@evenkeel/core';
import { ResponseFault } from '../headers/response-fault.ts';
import { type Failure, failure, type KnownReason } from './reason.ts';

/** Seconds that `Retry-After` asks for when no endpoint could take a request: one round of health checks. */
const RETRY_AFTER_S = 1;

const REASON_OF_CODE: Readonly<Record<string, KnownReason>> = {
  ECONNREFUSED: 'upstream-unreachable',
  EHOSTUNREACH: 'upstream-unreachable',
  EHOSTDOWN: 'upstream-unreachable',
  ENETUNREACH: 'upstream-unreachable',
  ENETDOWN: 'upstream-unreachable',
  EADDRNOTAVAIL: 'upstream-unreachable',
  ENOTFOUND: 'upstream-unreachable',
  EAI_AGAIN: 'upstream-unreachable',
  ECONNRESET: 'upstream-reset',
  EPIPE: 'upstream-reset',
  UND_ERR_SOCKET: 'upstream-reset',
  UND_ERR_ABORTED: 'upstream-reset',
  ETIMEDOUT: 'upstream-timeout',
  UND_ERR_CONNECT_TIMEOUT: 'upstream-timeout',
  UND_ERR_HEADERS_TIMEOUT: 'upstream-timeout',
  UND_ERR_BODY_TIMEOUT: 'upstream-timeout',
  UND_ERR_HEADERS_OVERFLOW: 'upstream-protocol',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'upstream-protocol',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'upstream-protocol',
  UND_ERR_DESTROYED: 'closing',
  UND_ERR_CLOSED: 'closing',
  ERR_EVENKEEL_CLOSED: 'closing',
  ERR_EVENKEEL_TIMEOUT: 'upstream-timeout',
  ERR_EVENKEEL_OVERLOADED: 'overloaded',
  ERR_EVENKEEL_NO_ENDPOINTS: 'no-endpoints',
  ERR_EVENKEEL_NOT_READY: 'not-ready',
};

/**
 * Finds the failure to answer with for an error of the upstream side: 503 when no try was possible, 504 when time ran
 * out, 502 when the upstream broke the exchange, 500 for what is nobody's fault but the proxy's.
 */
export function classifyError(error: unknown): Failure {
  const reason = reasonOf(error, 0);
  // A cache that may not use what it has without the origin's consent answers 504, whatever kept it from asking: RFC 9111 §5.2.2.2.
  if (isEvenkeelError(error, 'ERR_EVENKEEL_NOT_VALIDATED')) return { ...failure(reason), status: 504 };
  const retryAfter = failure(reason).status === 503 ? RETRY_AFTER_S : undefined;
  return failure(reason, retryAfter);
}

function reasonOf(error: unknown, depth: number): KnownReason {
  if (typeof error !== 'object' || error === null) return 'internal';
  if (error instanceof ResponseFault) return 'upstream-protocol';
  const { code, cause, name } = error as { code?: unknown; cause?: unknown; name?: unknown };
  // undici's parser gives no code for some of its errors.
  if (name === 'HTTPParserError') return 'upstream-protocol';
  if (typeof code === 'string') {
    const known = Object.hasOwn(REASON_OF_CODE, code) ? REASON_OF_CODE[code] : undefined;
    if (known !== undefined) return known;
  }
  const inner = cause === undefined || depth === 4 ? 'internal' : reasonOf(cause, depth + 1);
  if (inner !== 'internal') return inner;
  return isEvenkeelError(error, 'ERR_EVENKEEL_UPSTREAM') ? 'upstream-reset' : 'internal';
}
