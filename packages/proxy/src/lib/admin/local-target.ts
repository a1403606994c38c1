import type { Cluster } from '@evenkeel/core';
import type { ReverseProxy } from '../proxy.ts';
import type { ProxyState } from '../proxy-state.ts';
import type { TcpProxy } from '../tcp/tcp-proxy.ts';
import type { AdminTarget, CommandResult, EndpointCommand } from './admin-target.ts';
import { clusterView } from './cluster-view.ts';
import { type PurgeStore, purge } from './purge.ts';

/** The parts of a proxy that runs in this process. Functions are called anew each time, so what they give may change. */
export interface LocalTargetOptions {
  readonly proxy: Pick<ReverseProxy, 'inspect'>;
  /** Proxies for TCP connections beside it, whose listeners are shown with its own. @default none */
  readonly tcp?: () => readonly Pick<TcpProxy, 'inspect'>[];
  readonly clusters: () => readonly Cluster[];
  /** The stores of caches that can be purged. @default none */
  readonly stores?: () => readonly PurgeStore[];
  /** @default '0' */
  readonly id?: string;
}

/** Makes a target of the proxy of this process. */
export function localTarget({
  proxy,
  tcp = () => [],
  clusters,
  stores = () => [],
  id = '0',
}: LocalTargetOptions): AdminTarget {
  return {
    state: async () => [
      {
        id,
        pid: process.pid,
        uptimeMs: Math.round(process.uptime() * 1_000),
        proxy: withListeners(proxy.inspect(), tcp()),
        clusters: clusters().map((cluster) => clusterView(cluster.inspect())),
      },
    ],
    command: async (command) =>
      command.type === 'purge'
        ? purge(
            command,
            stores(),
            clusters().map(({ name }) => name),
          )
        : changeEndpoint(
            clusters().find(({ name }) => name === command.cluster),
            command,
          ),
  };
}

function withListeners(state: ProxyState, tcp: readonly Pick<TcpProxy, 'inspect'>[]): ProxyState {
  return { ...state, listeners: [...state.listeners, ...tcp.flatMap((one) => one.inspect().listeners)] };
}

function changeEndpoint(cluster: Cluster | undefined, command: EndpointCommand): CommandResult {
  const { endpoint: id, drained, weight, ejectForMs } = command;
  if (cluster === undefined) return notFound(`there is no cluster ${JSON.stringify(command.cluster)}`);
  const { control } = cluster;
  const known: boolean[] = [];
  if (drained !== undefined) known.push(drained ? control.drain(id) : control.resume(id));
  if (weight !== undefined) known.push(control.setWeight(id, weight ?? undefined));
  if (ejectForMs !== undefined)
    known.push(ejectForMs > 0 ? control.eject(id, ejectForMs) : control.uneject(id));
  return known.includes(false)
    ? notFound(`cluster ${JSON.stringify(cluster.name)} has no endpoint ${JSON.stringify(id)}`)
    : { done: true };
}

function notFound(message: string): CommandResult {
  return { done: false, error: 'not-found', message };
}
