import * as z from 'zod';
import { proxyMiddleware } from '../middleware/registry.ts';
import { peer } from './address.ts';
import { cluster, clusterName } from './cluster.ts';
import { fieldName } from './field-name.ts';
import { count, distinct, flag, list, ms, object, pattern, text, wholeMs } from './fields.ts';
import { forwarded, requestId } from './hops.ts';
import { listener } from './listener.ts';
import { accessLog, admin, log, metrics, tracing } from './operation.ts';
import { client } from './policy.ts';
import { route } from './route.ts';

const connections = object('Limits of downstream connections.', {
  headersTimeoutMs: wholeMs('To the end of the headers of a request. Default 10000.').exactOptional(),
  requestTimeoutMs: wholeMs('To the end of a whole request. Default 300000.').exactOptional(),
  keepAliveTimeoutMs: wholeMs('Idle time between requests. Default 65000.').exactOptional(),
  receiveTimeoutMs: wholeMs(
    'How long a client may send nothing while its content is waited for. Default 60000.',
  ).exactOptional(),
  sendTimeoutMs: wholeMs('How long a client may leave a response unread. Default 60000.').exactOptional(),
  lingerMs: wholeMs('How long an unread request is read on. Default 5000.').exactOptional(),
  maxHeaderBytes: count('Request line and fields together. Default 16384.', {
    min: 1_024,
    max: 1_048_576,
  }).exactOptional(),
  maxConcurrentStreams: count('Requests open on a connection of HTTP/2. Default 100.', {
    min: 1,
    max: 2 ** 31 - 1,
  }).exactOptional(),
  streamIdleTimeoutMs: wholeMs(
    'How long nothing may move on a stream of HTTP/2 whose request is not complete. Default 300000.',
  ).exactOptional(),
});

/** The whole configuration file. */
export const config = object('Configuration of the evenkeel proxy.', {
  listeners: distinct(
    list('Where the proxy accepts connections.', 'listeners', listener),
    addressOf,
    (other) => `another port or host than listeners[${other}]`,
  ),
  clusters: z
    .record(clusterName, cluster, { error: 'an object of clusters by name' })
    .refine((clusters) => Object.keys(clusters).length > 0, { error: 'at least one cluster' })
    .describe('The clusters by name.'),
  routes: list('Which requests go to which cluster; none where all listeners are tcp.', 'routes', route, {
    min: 0,
  }).default([]),
  ...proxyMiddleware,
  client: client.exactOptional(),
  name: pattern(
    'The name in Via; one for each tier. Default evenkeel.',
    /^[\w.~-]+$/,
    'a token such as "edge-1"',
  ).exactOptional(),
  trustedProxies: list(
    'Peers whose X-Forwarded-* are believed. Default none.',
    'IP addresses and networks',
    peer('An address or a network.'),
    { min: 0 },
  ).exactOptional(),
  trustedHops: count(
    'Proxies in front, whatever their addresses; not with trustedProxies. Default 0.',
  ).exactOptional(),
  forwarded: forwarded.exactOptional(),
  requestId: requestId.exactOptional(),
  clientCertificateHeader: fieldName(
    'The header that tells upstreams the subject of a client’s certificate. Default none.',
  ).exactOptional(),
  upgrades: list(
    'Protocols that Upgrade may switch to. Default ["websocket"].',
    'protocols',
    text('A protocol.'),
    {
      min: 0,
    },
  ).exactOptional(),
  maxTargetLength: count('A longer request target is answered 414. Default 8192.', {
    min: 1,
  }).exactOptional(),
  maxHeaders: count('More fields in a request are answered 431. Default 100.', { min: 1 }).exactOptional(),
  plainPaths: flag(
    'Whether paths that can be read as others are answered 400. Default false.',
  ).exactOptional(),
  connections: connections.exactOptional(),
  admin: admin.exactOptional(),
  metrics: metrics.exactOptional(),
  accessLog: accessLog.exactOptional(),
  tracing: tracing.exactOptional(),
  log: log.exactOptional(),
  shutdown: object('What SIGTERM does.', {
    delayMs: ms('How long connections are still accepted, while /ready says no. Default 0.').exactOptional(),
    graceMs: ms('How long open requests may take to finish after that. Default 25000.').exactOptional(),
    idleMs: ms('How long a connection may be idle then. Default 1000.').exactOptional(),
  }).exactOptional(),
  workers: z
    .union([count('Processes.', { min: 1, max: 1_024 }), z.literal('auto')], {
      error: 'an integer from 1 to 1024, or "auto"',
    })
    .describe('Serves in so many processes; auto is one for each CPU. Default: in one, without a supervisor.')
    .exactOptional(),
  reload: object('How this file is read again.', {
    watch: flag('Whether a change of the file is enough; SIGHUP always is. Default true.').exactOptional(),
    readyTimeoutMs: ms(
      'How long new and changed clusters may take to find their endpoints before they are used. Default 5000.',
      { max: 600_000 },
    ).exactOptional(),
  }).exactOptional(),
});

export type Config = z.output<typeof config>;

/** Undefined for a port that the system picks. */
function addressOf(value: unknown): string | undefined {
  const { port, host = '::' } = (value ?? {}) as { port?: unknown; host?: unknown };
  return port === 0 ? undefined : `${host} ${port}`;
}
