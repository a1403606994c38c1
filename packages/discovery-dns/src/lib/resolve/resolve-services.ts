import type { DnsClient } from '../client.ts';
import { DnsError } from '../dns-error.ts';
import { isHostName } from '../dns-name.ts';
import type { ServiceRecord } from '../wire/record.ts';
import type { AddressFamily } from './addresses.ts';
import type { Answer } from './answer.ts';
import { locateTargets } from './locate-targets.ts';
import { lookup } from './lookup.ts';
import { addressProblem, type Located, recordsToEndpoints } from './records-to-endpoints.ts';

/**
 * Resolves SRV records and the addresses of their targets.
 *
 * @throws DnsError when no server answers, not one target can be resolved, or not one record is usable; the signal's reason when
 * aborted
 */
export async function resolveServices(
  client: DnsClient,
  name: string,
  family: AddressFamily,
  signal: AbortSignal,
): Promise<Answer> {
  const { records, ttl, additionals, negative } = await lookup(client, name, 'SRV', signal);
  if (negative !== undefined) return { endpoints: [], ttl, negative, problems: [] };
  const services = records.filter((record) => record.type === 'SRV');
  if (services.every(({ target }) => target === '')) {
    const withdrawal = new DnsError('noData', `SRV ${name}: the zone says that there is no such service`);
    return { endpoints: [], ttl, negative: withdrawal, withdrawn: true, problems: [] };
  }

  const problems: string[] = [];
  const usable = services.filter((service) => {
    const problem = serviceProblem(service);
    if (problem !== undefined) problems.push(`SRV ${name}: record left out: ${problem}`);
    return problem === undefined;
  });
  if (usable.length === 0) throw new DnsError('malformed', `SRV ${name}: no record is valid: ${problems[0]}`);

  const targets = await locateTargets(
    client,
    new Set(usable.map(({ target }) => target)),
    additionals,
    family,
    signal,
  );
  problems.push(...targets.problems);
  const located = usable.flatMap(({ target, port, priority, weight }): Located[] => {
    const addresses = targets.addresses.get(target) ?? [];
    return addresses.map((address) => ({ address, port, priority, weight, target }));
  });
  const sound = located.filter(({ address, target }) => {
    const problem = addressProblem(address);
    if (problem !== undefined) problems.push(`${target}: ${problem}`);
    return problem === undefined;
  });
  const { failure } = targets;
  if (sound.length === 0) {
    if (failure !== undefined) throw failure;
    if (located.length > 0) throw new DnsError('malformed', `SRV ${name}: no target has a usable address`);
  }
  return {
    endpoints: recordsToEndpoints(sound),
    ttl: Math.min(ttl, targets.ttl),
    ...(failure && { failure }),
    ...(sound.length === 0 && {
      negative: new DnsError('noData', `SRV ${name}: no target has an address`),
    }),
    problems,
  };
}

function serviceProblem({ target, port }: ServiceRecord): string | undefined {
  if (!isHostName(target)) return `its target ${JSON.stringify(target.slice(0, 80))} is no host name`;
  return port === 0 ? `the port of ${target} is 0` : undefined;
}
