export { dnsDiscovery } from './lib/discovery.ts';
export { DnsError, type DnsErrorReason } from './lib/dns-error.ts';
export type { DnsDiscoveryOptions, DnsDiscoverySettings } from './lib/options.ts';
export type { AddressFamily } from './lib/resolve/addresses.ts';
export type { Transport } from './lib/transport/exchange.ts';
