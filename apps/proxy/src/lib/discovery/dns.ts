import { dnsDiscovery } from '@evenkeel/discovery-dns';
import { choice, count, flag, list, ms, object, text } from '../schema/fields.ts';
import { discoveryDriver } from './driver.ts';

const NAME = 'a whole DNS name, such as "_http._tcp.orders.default.svc.cluster.local"';

/** `dns: { srv }` or `dns: { name, port }`: what DNS lists. */
export const dnsDriver = discoveryDriver({
  schema: object('What DNS lists: srv, or name and port.', {
    srv: text('The name of SRV records. No search domain is appended.', NAME).exactOptional(),
    name: text('A name with address records. No search domain is appended.', NAME).exactOptional(),
    port: count('The port of all addresses of that name.', { min: 1, max: 65_535 }).exactOptional(),
    servers: list(
      'Which DNS servers to ask, in this order. Default those of the system.',
      'IP addresses, each with or without a port',
      text('An IP address, with or without a port.'),
    ).exactOptional(),
    family: choice('Default auto: IPv4, or IPv6 where there is no IPv4.', [
      'auto',
      'ipv4',
      'ipv6',
      'both',
    ]).exactOptional(),
    transport: choice('Default udp, with TCP for large answers.', ['udp', 'tcp']).exactOptional(),
    timeoutMs: ms('Limit of one attempt. Default 2000.', { min: 1 }).exactOptional(),
    tries: count('Attempts with a silent server. Default 2.', { min: 1, max: 10 }).exactOptional(),
    minTtlMs: ms('Shortest time between two refreshes. Default 1000.', { min: 100 }).exactOptional(),
    maxTtlMs: ms('Longest time between two refreshes. Default 300000.', { min: 100 }).exactOptional(),
    defaultTtlMs: ms('The same where the TTL is 0 or unknown. Default 5000.', { min: 100 }).exactOptional(),
    emptyHoldMs: ms('How long "no such name" is not believed. Default 30000.').exactOptional(),
    logical: flag('Whether each answer is only a part of the endpoints. Default false.').exactOptional(),
    obsoleteHoldMs: ms('How long an endpoint stays that answers lack. Default 0.').exactOptional(),
  }).refine(isWhole, { error: 'either srv, or name and port' }),
  build: ({ srv, name = '', port = 0, ...settings }) =>
    dnsDiscovery(srv === undefined ? { ...settings, name, port } : { ...settings, srv }),
});

function isWhole({ srv, name, port }: { srv?: string; name?: string; port?: number }): boolean {
  return srv === undefined
    ? name !== undefined && port !== undefined
    : name === undefined && port === undefined;
}
