import { checkKeys, choiceOption, InvalidOptionsError, type KnownKeys } from '@evenkeel/core';
import type { TcpCluster, TcpClusterRoute, TcpProxyOptions } from './tcp-options.ts';
import type { TcpSettings } from './tcp-settings.ts';
import { TcpUpstream } from './tcp-upstream.ts';

/** Which connections go to which cluster. */
export interface TcpRoutes {
  /** Whether the name that a TLS client asks for decides. */
  readonly byName: boolean;
  /** Each cluster once. */
  readonly upstreams: readonly TcpUpstream[];
  /** @param serverName in lower case; undefined when there is none */
  find(serverName: string | undefined): TcpUpstream | undefined;
}

const NAME = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;

/** @throws InvalidOptionsError naming the option */
export function tcpRoutes({ cluster, serverNames }: TcpProxyOptions, settings: TcpSettings): TcpRoutes {
  const known = new Map<object, TcpUpstream>();
  const upstreamOf = (field: string, target: TcpCluster | TcpClusterRoute): TcpUpstream => {
    const made = known.get(target) ?? new TcpUpstream(routeOf(field, target), settings);
    known.set(target, made);
    return made;
  };
  if (cluster === undefined && serverNames === undefined) {
    throw new InvalidOptionsError('cluster', cluster, 'a cluster, or an object with one');
  }
  if (serverNames !== undefined && (typeof serverNames !== 'object' || serverNames === null)) {
    throw new InvalidOptionsError('serverNames', serverNames, 'clusters by host name');
  }
  const fallback = cluster && upstreamOf('cluster', cluster);
  const named = new Map<string, TcpUpstream>();
  for (const [name, target] of Object.entries(serverNames ?? {})) {
    if (!NAME.test(name)) {
      throw new InvalidOptionsError('serverNames', name, 'names such as "db.example.com" or "*.example.com"');
    }
    named.set(name.toLowerCase(), upstreamOf(`serverNames.${name}`, target));
  }
  return {
    byName: serverNames !== undefined,
    upstreams: [...known.values()],
    find: (serverName) => (serverName === undefined ? fallback : (byName(named, serverName) ?? fallback)),
  };
}

/** The name itself, else the longest wildcard above it. */
function byName(named: ReadonlyMap<string, TcpUpstream>, name: string): TcpUpstream | undefined {
  const exact = named.get(name);
  if (exact !== undefined) return exact;
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const wildcard = named.get(`*${name.slice(dot)}`);
    if (wildcard !== undefined) return wildcard;
  }
  return undefined;
}

function routeOf(field: string, target: TcpCluster | TcpClusterRoute): TcpClusterRoute {
  if (isCluster(target)) return { cluster: target };
  checkKeys(field, target, ROUTE_KEYS, 'a cluster, or an object with one');
  if (!isCluster(target.cluster)) {
    throw new InvalidOptionsError(`${field}.cluster`, target.cluster, 'a cluster');
  }
  const { proxyProtocol } = target;
  if (proxyProtocol !== undefined) {
    choiceOption(`${field}.proxyProtocol`, proxyProtocol, 'v1', ['v1', 'v2']);
  }
  return target;
}

function isCluster(target: TcpCluster | TcpClusterRoute): target is TcpCluster {
  return (
    typeof target === 'object' && target !== null && 'pick' in target && typeof target.pick === 'function'
  );
}

const ROUTE_KEYS: KnownKeys<TcpClusterRoute> = { cluster: true, proxyProtocol: true };
