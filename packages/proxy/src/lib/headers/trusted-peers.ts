import { BlockList, isIP } from 'node:net';
import { InvalidOptionsError } from '@evenkeel/core';

/** Whether what a peer says of earlier hops is to be believed. */
export type TrustedPeers = (address: string | undefined) => boolean;

/**
 * Compiles addresses and networks into one check.
 *
 * @param trusted IP addresses or networks such as `10.0.0.0/8`
 * @throws InvalidOptionsError when one of them is neither
 */
export function trustedPeers(trusted: readonly string[] = [], field = 'trustedProxies'): TrustedPeers {
  if (!Array.isArray(trusted)) {
    throw new InvalidOptionsError(field, trusted, 'a list of IP addresses and networks');
  }
  if (trusted.length === 0) return () => false;
  const list = new BlockList();
  for (const [index, entry] of trusted.entries()) add(list, entry, `${field}[${index}]`);
  return (address) => {
    if (address === undefined) return false;
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}

function add(list: BlockList, entry: string, field: string): void {
  const [address = '', length, ...rest] = typeof entry === 'string' ? entry.split('/') : [];
  const family = isIP(address);
  const prefix = length === undefined ? undefined : Number(length);
  const valid =
    prefix === undefined || (/^\d{1,3}$/.test(length ?? '') && prefix <= (family === 6 ? 128 : 32));
  if (family === 0 || rest.length > 0 || !valid) {
    throw new InvalidOptionsError(field, entry, 'an IP address or a network such as "10.0.0.0/8"');
  }
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (prefix === undefined) list.addAddress(address, type);
  else list.addSubnet(address, prefix, type);
}
