import type { DnsClient } from '../client.ts';
import { DnsError } from '../dns-error.ts';
import { type AddressFamily, lookupAddresses } from './addresses.ts';
import type { Answer } from './answer.ts';
import { addressProblem, recordsToEndpoints } from './records-to-endpoints.ts';

/**
 * Resolves a name to one endpoint for each of its addresses.
 *
 * @throws DnsError when no server answers or no address is usable; the signal's reason when aborted
 */
export async function resolveAddresses(
  client: DnsClient,
  name: string,
  port: number,
  family: AddressFamily,
  signal: AbortSignal,
): Promise<Answer> {
  const { addresses, ttl, negative } = await lookupAddresses(client, name, family, signal);
  if (negative !== undefined) return { endpoints: [], ttl, negative, problems: [] };
  const problems = addresses.flatMap((address) => addressProblem(address) ?? []);
  const usable = addresses.filter((address) => addressProblem(address) === undefined);
  if (usable.length === 0) throw new DnsError('malformed', `${name}: ${problems.join(', ')}`);
  return { endpoints: recordsToEndpoints(usable.map((address) => ({ address, port }))), ttl, problems };
}
