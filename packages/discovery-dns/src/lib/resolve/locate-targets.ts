import type { DnsClient } from '../client.ts';
import { DnsError } from '../dns-error.ts';
import type { DnsRecord } from '../wire/record.ts';
import { type Addresses, type AddressFamily, addressesAmong, lookupAddresses } from './addresses.ts';
import { settleAll } from './settle-all.ts';

/** How many targets are looked up at the same time. */
const CONCURRENCY = 10;
/** After so many failures and no success no more targets are tried. */
const MAX_FIRST_FAILURES = 3;

/** Where the targets of SRV records are. */
export interface LocatedTargets {
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** The least TTL of all addresses, in seconds; `Infinity` when there are none. */
  readonly ttl: number;
  /** Targets without an address. */
  readonly problems: readonly string[];
  /** Why at least one target could not be resolved. */
  readonly failure?: DnsError;
}

/**
 * Finds the addresses of targets: among the records that came with the answer, and by a query for each target that is not among
 * them. One that cannot be resolved costs the others nothing.
 *
 * @throws the signal's reason when aborted
 */
export async function locateTargets(
  client: DnsClient,
  targets: ReadonlySet<string>,
  additionals: readonly DnsRecord[],
  family: AddressFamily,
  signal: AbortSignal,
): Promise<LocatedTargets> {
  const addresses = new Map<string, readonly string[]>();
  const problems: string[] = [];
  let ttl = Number.POSITIVE_INFINITY;
  let failure: DnsError | undefined;

  const take = (target: string, found: Addresses): void => {
    ttl = Math.min(ttl, found.ttl);
    if (found.negative === undefined) addresses.set(target, found.addresses);
    else problems.push(found.negative.message);
  };
  const open: string[] = [];
  for (const target of targets) {
    const found = addressesAmong(additionals, target, family);
    if (found === undefined) open.push(target);
    else take(target, found);
  }
  let successes = 0;
  let failures = 0;
  const askNext = async (): Promise<void> => {
    const target = open.pop();
    if (target === undefined) return;
    try {
      take(target, await lookupAddresses(client, target, family, signal));
      successes++;
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
      failure = error;
      failures++;
    }
  };
  // One at a time until the first success: a broken server is not asked for 50 targets to no avail.
  while (open.length > 0 && successes === 0 && failures < MAX_FIRST_FAILURES && !isOutage(failure)) {
    await askNext();
  }
  const work = async (): Promise<void> => {
    while (open.length > 0 && !isOutage(failure)) await askNext();
  };
  if (successes > 0) await settleAll(Array.from({ length: CONCURRENCY }, work));
  return { addresses, ttl, problems, ...(failure && { failure }) };
}

function isOutage(failure: DnsError | undefined): boolean {
  return failure?.reason === 'timeout' || failure?.reason === 'unreachable';
}
