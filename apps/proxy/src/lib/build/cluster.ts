import { type Cluster, type ClusterOptions, createCluster } from '@evenkeel/core';
import type { HttpClusterRoute } from '@evenkeel/http-client';
import type { TcpClusterRoute } from '@evenkeel/proxy';
import { buildDiscovery } from '../discovery/registry.ts';
import type { ClusterConfig } from '../schema/cluster.ts';
import { requests } from '../schema/policy.ts';
import { buildStrategy, DEFAULT_STRATEGY } from '../strategy/registry.ts';
import { buildHashKey } from './hash-key.ts';
import { buildConcurrencyLimit, buildHealthCheck, buildOutlierDetection } from './health.ts';
import { pick } from './pick.ts';
import { silent } from './silent.ts';
import { upstreamTls } from './upstream-tls.ts';
import { within } from './within.ts';

/** What a cluster needs beside its configuration. */
export interface ClusterSources {
  readonly name: string;
  /** The path of the configuration file. */
  readonly file: string;
  /** Builds the cluster without asking its registry, to see whether its options are in order. */
  readonly dry: boolean;
}

/** A cluster and how requests to it are tried. */
export interface BuiltCluster {
  readonly cluster: Cluster;
  readonly route: HttpClusterRoute;
  /** The same for TCP connections, with whether endpoints are told of clients. */
  readonly tcp: TcpClusterRoute;
}

const SAME = ['panic', 'priority', 'zone', 'slowStart', 'guard'] as const;
const REQUESTS = (Object.keys(requests) as (keyof typeof requests)[]).filter((key) => key !== 'tls');

/**
 * Builds a cluster of a checked configuration; it starts at once.
 *
 * @throws InvalidOptionsError or OptionError for what only the parts themselves can check
 */
export function buildCluster(config: ClusterConfig, { name, file, dry }: ClusterSources): BuiltCluster {
  const { healthCheck, outlierDetection, concurrencyLimit, subset, hashKey, hostHeader } = config;
  const discovery = within(['discovery'], () => buildDiscovery(config.discovery, file));
  const cluster = createCluster({
    ...pick(config, SAME),
    name,
    discovery: dry ? silent : discovery,
    strategy: within(['strategy'], () => buildStrategy(config.strategy ?? DEFAULT_STRATEGY)),
    ...(subset && { subset: subset as NonNullable<ClusterOptions['subset']> }),
    ...(healthCheck && {
      healthCheck: buildHealthCheck(healthCheck, { file, ...pick(config, ['proxyProtocol']) }),
    }),
    ...(outlierDetection !== undefined && { outlierDetection: buildOutlierDetection(outlierDetection) }),
    ...(concurrencyLimit && { concurrencyLimit: buildConcurrencyLimit(concurrencyLimit) }),
  });
  const route: HttpClusterRoute = {
    ...pick(config, REQUESTS),
    cluster,
    ...(config.tls && { protocol: config.protocol ?? 'https', tls: upstreamTls(config.tls, file) }),
    ...(hashKey && { hashKey: buildHashKey(hashKey) }),
    ...(hostHeader !== undefined && { hostHeader }),
  };
  return { cluster, route, tcp: { cluster, ...pick(config, ['proxyProtocol']) } };
}
