const GROUPS = 4;

/** The network of 64 bits that an IPv6 address is in, as one customer has at least; an IPv4 address stays as it is. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [left = '', right] = address.split('::');
  const groups = left === '' ? [] : left.split(':');
  if (right !== undefined) {
    const rest = right === '' ? [] : right.split(':');
    const missing = 8 - groups.length - rest.length;
    groups.push(...Array.from({ length: Math.max(0, missing) }, () => '0'), ...rest);
  }
  const network = groups.slice(0, GROUPS).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
