import { DiscoveryError } from '@evenkeel/core';

/**
 * Why a query gave no endpoints: `noName` (NXDOMAIN), `noData` (the name has no such record), `serverFailure` (SERVFAIL and
 * the rarer codes), `refused`, `timeout`, `unreachable`, or `malformed` (an answer that makes no sense).
 */
export type DnsErrorReason =
  | 'noName'
  | 'noData'
  | 'serverFailure'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'malformed';

/** A name could not be resolved. The message names the query and the server that was asked last. */
export class DnsError extends DiscoveryError {
  readonly reason: DnsErrorReason;

  constructor(reason: DnsErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
