import { type Cluster, checkKeys, choiceOption, InvalidOptionsError } from '@evenkeel/core';
import type { Agent } from 'undici';
import { isCluster } from './cluster-routes.ts';
import type { HttpClusterRoute } from './http-client-options.ts';
import { CLIENT_ROUTE_KEYS } from './known-options.ts';
import { tlsConnectOptions } from './tls-files.ts';

type Connect = NonNullable<Exclude<Agent.Options['connect'], (...args: never[]) => unknown>>;

/** What the connections of one cluster are like, where they are not like those of the others. */
export interface ClusterTransport {
  readonly http2: boolean;
  /** Of an agent of HTTP/1.1; one of HTTP/2 takes the same. */
  readonly options: Agent.Options;
}

/**
 * The clusters that need agents of their own, by their keys.
 *
 * @param common options of the client's own agent
 * @param elsewhere whether a dispatcher that was passed in makes the connections
 * @throws InvalidOptionsError naming the field
 */
export function clusterTransports(
  clusters: Readonly<Record<string, Cluster | HttpClusterRoute>>,
  common: Agent.Options,
  elsewhere: boolean,
): Map<string, ClusterTransport> {
  const found = new Map<string, ClusterTransport>();
  for (const [key, entry] of Object.entries(clusters)) {
    if (isCluster(entry)) continue;
    const field = `clusters.${key}`;
    checkKeys(field, entry, CLIENT_ROUTE_KEYS, 'a cluster, or an object with one');
    const { tls } = entry;
    const protocol = choiceOption(`${field}.protocol`, entry.protocol, 'http', [
      'http',
      'https',
      'h2',
      'h2c',
    ]);
    const http2 = protocol === 'h2' || protocol === 'h2c';
    if (tls === undefined && !http2) continue;
    if (entry.dispatcher !== undefined || typeof common.connect === 'function' || (http2 && elsewhere)) {
      const [name, value] = http2 ? ['protocol', protocol] : ['tls', tls];
      const expected = http2
        ? '"http" or "https", as connections are made elsewhere'
        : 'nothing, as connections are made elsewhere';
      throw new InvalidOptionsError(`${field}.${name}`, value, expected);
    }
    const own = tls === undefined ? {} : tlsConnectOptions(`${field}.tls`, tls);
    found.set(key, { http2, options: { ...common, connect: { ...common.connect, ...own } as Connect } });
  }
  return found;
}
