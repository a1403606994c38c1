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
import { withBudget } from './with-budget.ts';
import { within } from './within.ts';

/** What a cluster needs beside its configuration. */
export interface ClusterSources {
  readonly name: string;
  /** The path of the configuration file. */
  readonly file: string;
  /** Builds the cluster without asking its registry, to see whether its options are in order. */
  readonly dry: boolean;
}

const SAME = ['panic', 'priority', 'zone', 'slowStart', 'guard'] as const;
const REQUESTS = (Object.keys(requests) as (keyof typeof requests)[]).filter((key) => key !== 'tls');

/**
 * Builds a cluster of a checked configuration; it starts at once.
 *
 * @throws InvalidOptionsError or OptionError for what only the parts themselves can check
 */
export function buildCluster(config: ClusterConfig, { name, file, dry }: ClusterSources): Cluster {
  const { healthCheck, outlierDetection, concurrencyLimit, subset } = config;
  const discovery = within(['discovery'], () => buildDiscovery(config.discovery, file));
  return createCluster({
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
}

/**
 * How requests to a cluster are tried: what may change without a new cluster.
 *
 * @param file the path of the configuration file
 */
export function clusterRoute(config: ClusterConfig, cluster: Cluster, file: string): HttpClusterRoute {
  const { hashKey, hostHeader, tls, protocol = 'https' } = config;
  return {
    ...withBudget(pick(config, REQUESTS)),
    cluster,
    ...(tls && { protocol, tls: upstreamTls(tls, file) }),
    ...(hashKey && { hashKey: buildHashKey(hashKey) }),
    ...(hostHeader !== undefined && { hostHeader }),
  };
}

/** How TCP connections to a cluster are made. */
export function tcpRoute(config: ClusterConfig, cluster: Cluster): TcpClusterRoute {
  return { cluster, ...pick(config, ['proxyProtocol']) };
}

/** The settings that a cluster itself is built of. */
export function clusterSettings(config: ClusterConfig): Partial<ClusterConfig> {
  const settings: Partial<ClusterConfig> = { ...config };
  for (const key of [...REQUESTS, 'tls', 'hashKey', 'hostHeader'] as const) delete settings[key];
  return settings;
}
