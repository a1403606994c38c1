import type { Endpoint } from '@evenkeel/core';
import type { DnsError } from '../dns-error.ts';

/** All that one refresh found out. */
export interface Answer {
  /** Each address once. */
  readonly endpoints: readonly Endpoint[];
  /** How long the answer may be used, in seconds; 0 when the zone does not say. */
  readonly ttl: number;
  /** Why there are no endpoints, when that is what DNS says. */
  readonly negative?: DnsError;
  /** The zone says in so many words that there is no such service (RFC 2782: target `.`). */
  readonly withdrawn?: boolean;
  /** Why some endpoints may be missing: not every target could be resolved. */
  readonly failure?: DnsError;
  /** Records that were left out, and why. */
  readonly problems: readonly string[];
}
