import { Resolver } from 'node:dns';
import { isIP } from 'node:net';
import { formatAddress, InvalidOptionsError } from '@evenkeel/core';

/** Where a DNS server listens, on UDP and TCP alike. */
export interface ServerAddress {
  /** An IP address: a name would need a DNS server to resolve it. */
  readonly host: string;
  readonly port: number;
  /** As errors name it. */
  readonly label: string;
}

const DNS_PORT = 53;
const ALLOWED = 'an IP address with or without a port, such as "10.0.0.2:8600" or "[fd00::2]:53"';

/**
 * Reads the address of a DNS server.
 *
 * @param text `address`, `v4:port` or `[v6]:port`
 * @throws InvalidOptionsError naming `field`
 */
export function parseServer(text: unknown, field: string): ServerAddress {
  if (typeof text !== 'string') throw new InvalidOptionsError(field, text, ALLOWED);
  const match = isIP(text) === 0 ? /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) : undefined;
  const host = match === undefined ? text : (match?.[1] ?? match?.[2] ?? '');
  const port = Number(match?.[3] ?? DNS_PORT);
  if (isIP(host) === 0 || port < 1 || port > 65_535) throw new InvalidOptionsError(field, text, ALLOWED);
  return { host, port, label: `DNS server ${formatAddress(host, port)}` };
}

/** The servers that the system is set up with now (`/etc/resolv.conf`). */
export function systemServers(): readonly ServerAddress[] {
  return new Resolver().getServers().map((server) => parseServer(server, 'system DNS server'));
}
