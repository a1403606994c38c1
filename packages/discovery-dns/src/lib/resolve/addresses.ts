import type { DnsClient } from '../client.ts';
import type { DnsError } from '../dns-error.ts';
import type { DnsRecord, QueryType } from '../wire/record.ts';
import { type Lookup, lookup } from './lookup.ts';
import { settleAll } from './settle-all.ts';

/** Which addresses are used: `auto` takes IPv4, and IPv6 where there is none. */
export type AddressFamily = 'auto' | 'ipv4' | 'ipv6' | 'both';

/** The addresses of one name. */
export interface Addresses {
  readonly addresses: readonly string[];
  /** In seconds. */
  readonly ttl: number;
  readonly negative?: DnsError;
}

const TYPES: Readonly<Record<AddressFamily, readonly QueryType[]>> = {
  auto: ['A', 'AAAA'],
  ipv4: ['A'],
  ipv6: ['AAAA'],
  both: ['A', 'AAAA'],
};

/**
 * Looks up the addresses of a name.
 *
 * @throws DnsError when no server answers; the signal's reason when aborted
 */
export async function lookupAddresses(
  client: DnsClient,
  name: string,
  family: AddressFamily,
  signal: AbortSignal,
): Promise<Addresses> {
  const types = TYPES[family];
  if (family === 'both') {
    return joined(await settleAll(types.map((type) => lookup(client, name, type, signal))));
  }
  const misses: Lookup[] = [];
  for (const type of types) {
    const found = await lookup(client, name, type, signal);
    if (found.negative === undefined) return joined([found]);
    misses.push(found);
    if (found.negative.reason === 'noName') break;
  }
  return joined(misses);
}

/** The addresses that a server sent along for an SRV target; undefined when it sent none of the wanted family. */
export function addressesAmong(
  records: readonly DnsRecord[],
  name: string,
  family: AddressFamily,
): Addresses | undefined {
  const preferences: readonly (readonly string[])[] = family === 'auto' ? [['A'], ['AAAA']] : [TYPES[family]];
  for (const types of preferences) {
    const found = records.filter((record) => record.name === name && types.includes(record.type));
    if (found.length > 0) return { addresses: addressesOf(found), ttl: leastTtl(found) };
  }
  return undefined;
}

function joined(lookups: readonly Lookup[]): Addresses {
  const found = lookups.filter(({ negative }) => negative === undefined);
  const addresses = addressesOf(found.flatMap(({ records }) => records));
  const ttl = leastTtl(found.length > 0 ? found : lookups);
  const negative = found.length > 0 ? undefined : lookups.at(-1)?.negative;
  return { addresses, ttl, ...(negative && { negative }) };
}

function addressesOf(records: readonly DnsRecord[]): string[] {
  return records.flatMap((record) => (record.type === 'A' || record.type === 'AAAA' ? [record.address] : []));
}

function leastTtl(list: readonly { readonly ttl: number }[]): number {
  return Math.min(...list.map(({ ttl }) => ttl));
}
