/**
 * One spelling for all ways to write the same address: lower case, no final dot, the shortest form of IPv6
 * (RFC 5952). Host names are not resolved.
 */
export function addressKey(host: string, port: number): string {
  return `${canonicalHost(host)}:${port}`;
}

function canonicalHost(host: string): string {
  if (!host.includes(':')) return (host.endsWith('.') ? host.slice(0, -1) : host).toLowerCase();
  // A zone index (fe80::1%eth0) is no part of a URL; such an address keeps its spelling.
  return URL.parse(`http://[${host}]`)?.hostname ?? host.toLowerCase();
}
