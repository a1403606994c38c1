import { type Endpoint, toEndpoint } from '@evenkeel/core';

/** One address of one record. */
export interface Located {
  readonly address: string;
  readonly port: number;
  /** As in the SRV record, 0–65535. @default 0 */
  readonly priority?: number;
  /** As in the SRV record, 0–65535. @default 1 */
  readonly weight?: number;
  /** Name of the SRV target; becomes the metadata `target`. */
  readonly target?: string;
}

/** The largest priority of an endpoint. */
const MAX_PRIORITY = 127;

/**
 * Makes endpoints of addresses. Of records with an equal address and port the most preferred one stays.
 *
 * A weight of 0 becomes 1: RFC 2782 draws a number from 0 to the sum of the weights, so a record of weight 0 is chosen once in
 * sum + 1 times, and if all have 0 they are equal; for Evenkeel 0 would drain the endpoint. Priorities above
 * 127 are replaced by their rank, for all records of the answer.
 */
export function recordsToEndpoints(located: readonly Located[]): readonly Endpoint[] {
  const tierOf = tiers(located.map(({ priority = 0 }) => priority));
  const byId = new Map<string, Endpoint>();
  for (const { address, port, priority = 0, weight = 1, target } of located) {
    const endpoint = toEndpoint({
      host: address,
      port,
      priority: tierOf(priority),
      weight: Math.max(1, weight),
      ...(target !== undefined && { metadata: { target } }),
    });
    const other = byId.get(endpoint.id);
    if (other === undefined || byPreference(endpoint, other) < 0) byId.set(endpoint.id, endpoint);
  }
  return [...byId.values()];
}

/** Why an address is none to connect to; undefined when it is one. */
export function addressProblem(address: string): string | undefined {
  // A connection to it reaches this host itself. Filtering resolvers answer so for names they block.
  return address === '0.0.0.0' || address === '::' ? `${address} is no address of an endpoint` : undefined;
}

function tiers(priorities: readonly number[]): (priority: number) => number {
  if (priorities.every((priority) => priority <= MAX_PRIORITY)) return (priority) => priority;
  const ranks = [...new Set(priorities)].sort((a, b) => a - b);
  return (priority) => Math.min(MAX_PRIORITY, ranks.indexOf(priority));
}

function byPreference(a: Endpoint, b: Endpoint): number {
  return (
    a.priority - b.priority ||
    b.weight - a.weight ||
    ((a.metadata.target ?? '') < (b.metadata.target ?? '') ? -1 : 1)
  );
}
