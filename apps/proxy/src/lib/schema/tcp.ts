import * as z from 'zod';
import { peer, serverName } from './address.ts';
import { choice, count, list, ms, object, orOff, text } from './fields.ts';

const CLUSTER = 'the name of a cluster';

const retry = object('When a connection is tried with another endpoint.', {
  maxRetries: count('Tries after the first. Default 2.').exactOptional(),
  backoffBaseMs: ms('The first wait is random up to this. Default 25.', { min: 1 }).exactOptional(),
  backoffMaxMs: ms('Default 250.').exactOptional(),
});

/** Balances connections instead of requests. */
export const tcp = object('Balances TCP connections as they are, instead of HTTP.', {
  cluster: text('Where they go; with serverNames, those that name none of them.', CLUSTER).exactOptional(),
  serverNames: z
    .record(serverName('A host name, or "*.example.com".'), text('The name of a cluster.', CLUSTER), {
      error: 'an object of clusters by host name',
    })
    .describe('Clusters by the name that TLS clients ask for; TLS is not ended.')
    .exactOptional(),
  retry: orOff(retry).describe('Retries; false turns them off.').exactOptional(),
  goneEndpoints: choice(
    'What becomes of connections of endpoints that are removed or unhealthy. Default drain.',
    ['drain', 'close'],
  ).exactOptional(),
  maxConnections: count('Connections open at the same time. Default no limit.', { min: 1 }).exactOptional(),
  connectTimeoutMs: ms(
    'How long a connection to an endpoint may take. Default 2000; 0 is the system’s.',
  ).exactOptional(),
  idleTimeoutMs: ms('How long nothing may move. Default 3600000; 0 is no limit.').exactOptional(),
  readyTimeoutMs: ms('How long to wait for the first endpoints. Default 1000.').exactOptional(),
  helloTimeoutMs: ms('How long a client may take to name its server. Default 5000.').exactOptional(),
}).refine((value) => value.cluster !== undefined || value.serverNames !== undefined, {
  error: 'a cluster, or serverNames',
});

/** From whom a listener takes the client's address. */
export const acceptProxy = object('Takes the client’s address from PROXY headers, version 1 or 2.', {
  from: list(
    'The load balancers in front. Each of their connections must begin with a header.',
    'IP addresses and networks',
    peer('An address or a network.'),
  ),
  others: choice('What becomes of connections from elsewhere. Default close.', [
    'close',
    'plain',
  ]).exactOptional(),
  timeoutMs: ms('How long a header may take. Default 5000.', { min: 1 }).exactOptional(),
});

export type TcpConfig = z.output<typeof tcp>;
