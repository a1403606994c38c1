import * as z from 'zod';
import { cluster, clusterName } from './cluster.ts';
import { count, list, ms, object, pattern, text } from './fields.ts';
import { client, tryPolicy } from './policy.ts';

const listener = object('Where the proxy accepts connections.', {
  port: count('0 takes any free port.', { max: 65_535 }),
  host: text('The address to bind. Default all addresses.').exactOptional(),
});

const match = object('Which requests. The most specific host wins, then the longest path.', {
  host: text('A host name, "*.example.com" or "*". Default "*".').exactOptional(),
  path: text('A prefix of whole path segments. Default "/".').exactOptional(),
});

const route = object('Sends requests to a cluster.', {
  match: match.exactOptional(),
  cluster: text('The name of the cluster.', 'the name of a cluster'),
  name: text('Appears in events. Default host and path.').exactOptional(),
  ...tryPolicy,
});

const connections = object('Limits of downstream connections.', {
  headersTimeoutMs: ms('To the end of the headers of a request. Default 10000.').exactOptional(),
  requestTimeoutMs: ms('To the end of a whole request. Default 300000.').exactOptional(),
  keepAliveTimeoutMs: ms('Idle time between requests. Default 65000.').exactOptional(),
  sendTimeoutMs: ms('How long a client may leave a response unread. Default 60000.').exactOptional(),
  lingerMs: ms('How long an unread request is read on. Default 5000.').exactOptional(),
  maxHeaderBytes: count('Request line and fields together. Default 16384.', { min: 1_024 }).exactOptional(),
});

const PEER = 'an IP address or a network such as "10.0.0.0/8"';

/** The whole configuration file. */
export const config = object('Configuration of the evenkeel proxy.', {
  listeners: list('Where the proxy accepts connections.', listener),
  clusters: z
    .record(clusterName, cluster, { error: 'an object of clusters by name' })
    .refine((clusters) => Object.keys(clusters).length > 0, { error: 'at least one cluster' })
    .describe('The clusters by name.'),
  routes: list('Which requests go to which cluster.', route),
  client: client.exactOptional(),
  name: pattern(
    'The name in Via; one for each tier. Default evenkeel.',
    /^[\w.~-]+$/,
    'a token such as "edge-1"',
  ).exactOptional(),
  trustedProxies: list(
    'Peers whose X-Forwarded-* are believed. Default none.',
    pattern('An address or a network.', /^[\da-fA-F:.]+(?:\/\d{1,3})?$/, PEER),
    { min: 0 },
  ).exactOptional(),
  upgrades: list('Protocols that Upgrade may switch to. Default ["websocket"].', text('A protocol.'), {
    min: 0,
  }).exactOptional(),
  maxTargetLength: count('A longer request target is answered 414. Default 8192.', {
    min: 1,
  }).exactOptional(),
  maxHeaders: count('More fields in a request are answered 431. Default 100.', { min: 1 }).exactOptional(),
  connections: connections.exactOptional(),
  shutdown: object('What SIGTERM does.', {
    graceMs: ms('How long open requests may take to finish. Default 25000.').exactOptional(),
  }).exactOptional(),
});

export type Config = z.output<typeof config>;
