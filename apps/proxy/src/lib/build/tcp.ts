import type { TcpClusterRoute, TcpProxyOptions } from '@evenkeel/proxy';
import type { TcpConfig } from '../schema/tcp.ts';

/**
 * The options of the proxy of a TCP listener of a checked configuration.
 *
 * @param clusters by name
 */
export function tcpOptions(
  { cluster, serverNames, ...options }: TcpConfig,
  clusters: ReadonlyMap<string, TcpClusterRoute>,
): TcpProxyOptions {
  const named = (name: string): TcpClusterRoute => clusters.get(name) as TcpClusterRoute;
  const byName = Object.entries(serverNames ?? {}).map(([host, name]) => [host, named(name)]);
  return {
    ...options,
    ...(cluster !== undefined && { cluster: named(cluster) }),
    ...(serverNames && { serverNames: Object.fromEntries(byName) }),
  };
}
