import { createTcpProxy, type TcpClusterRoute, type TcpProxy } from '@evenkeel/proxy';
import type { TcpConfig } from '../schema/tcp.ts';
import { within } from './within.ts';

/**
 * Builds the proxy of a TCP listener of a checked configuration.
 *
 * @param clusters by name
 * @throws OptionError for what only the parts themselves can check
 */
export function buildTcpProxy(
  { cluster, serverNames, ...options }: TcpConfig,
  clusters: ReadonlyMap<string, TcpClusterRoute>,
): TcpProxy {
  const named = (name: string): TcpClusterRoute => clusters.get(name) as TcpClusterRoute;
  const byName = Object.entries(serverNames ?? {}).map(([host, name]) => [host, named(name)]);
  return within([], () =>
    createTcpProxy({
      ...options,
      ...(cluster !== undefined && { cluster: named(cluster) }),
      ...(serverNames && { serverNames: Object.fromEntries(byName) }),
    }),
  );
}
