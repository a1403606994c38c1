import type { RawHeaders } from '../exchange.ts';

/**
 * Why the proxy itself answered, or broke an exchange off. Sent in the `x-evenkeel-reason` header and in the body of its
 * error responses, and part of every event.
 */
export type Reason = KnownReason | (string & {});

/** The reasons of the proxy itself; middleware may have others. */
export type KnownReason =
  | 'bad-target'
  | 'bad-host'
  | 'bad-framing'
  | 'bad-header'
  | 'bad-request'
  | 'bad-upgrade'
  | 'target-too-long'
  | 'too-many-headers'
  | 'headers-too-large'
  | 'request-timeout'
  | 'expectation-failed'
  | 'method-not-supported'
  | 'coding-not-supported'
  | 'loop-detected'
  | 'host-not-served'
  | 'no-route'
  | 'no-endpoints'
  | 'overloaded'
  | 'not-ready'
  | 'closing'
  | 'upstream-unreachable'
  | 'upstream-reset'
  | 'upstream-protocol'
  | 'upstream-timeout'
  | 'internal'
  | 'client-gone';

/** An error response of the proxy's own. */
export interface Failure {
  readonly status: number;
  readonly reason: Reason;
  /** For the reader of the response: says nothing of what is behind the proxy. */
  readonly message: string;
  /** Seconds after which another try makes sense. */
  readonly retryAfter?: number;
  /** Further fields of the response, such as a challenge. */
  readonly headers?: RawHeaders;
}

const KNOWN: Readonly<Record<KnownReason, readonly [status: number, message: string]>> = {
  'bad-target': [400, 'The request target is not valid.'],
  'bad-host': [400, 'The request needs exactly one valid Host.'],
  'bad-framing': [400, 'The length of the request is ambiguous.'],
  'bad-header': [400, 'A header field is not valid.'],
  'bad-request': [400, 'The request is not valid HTTP/1.1.'],
  'bad-upgrade': [400, 'A request that asks for an upgrade cannot have content.'],
  'target-too-long': [414, 'The request target is too long.'],
  'too-many-headers': [431, 'The request has too many header fields.'],
  'headers-too-large': [431, 'The header fields of the request are too large.'],
  'request-timeout': [408, 'The request did not arrive in time.'],
  'expectation-failed': [417, 'The only expectation that can be met is 100-continue.'],
  'method-not-supported': [501, 'The method is not supported.'],
  'coding-not-supported': [501, 'The only transfer coding that is supported is chunked.'],
  'loop-detected': [508, 'The request has come through this proxy before.'],
  'host-not-served': [421, 'No route serves the host of the request.'],
  'no-route': [404, 'No route matches the request.'],
  'no-endpoints': [503, 'No endpoint can take the request now.'],
  overloaded: [503, 'Every endpoint is at its limit.'],
  'not-ready': [503, 'The endpoints are not known yet.'],
  closing: [503, 'The proxy is shutting down.'],
  'upstream-unreachable': [502, 'The upstream could not be reached.'],
  'upstream-reset': [502, 'The upstream closed the connection before it answered.'],
  'upstream-protocol': [502, 'The upstream answered with something that is not valid HTTP.'],
  'upstream-timeout': [504, 'The upstream did not answer in time.'],
  internal: [500, 'The proxy failed.'],
  'client-gone': [499, 'The client closed the connection before the response.'],
};

/** Returns the standard failure for a reason. */
export function failure(reason: KnownReason, retryAfter?: number): Failure {
  const [status, message] = KNOWN[reason];
  return { status, reason, message, ...(retryAfter === undefined ? {} : { retryAfter }) };
}
