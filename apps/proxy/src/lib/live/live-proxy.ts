import type { CacheStore, StoreEvent } from '@evenkeel/cache';
import { type Cluster, formatAddress } from '@evenkeel/core';
import {
  type CloseOptions,
  createProxy,
  type ProxyAddress,
  type ProxyOptions,
  type ReverseProxy,
  type TcpProxy,
} from '@evenkeel/proxy';
import { buildParts, type Parts } from '../build/parts.ts';
import { tcpOptions } from '../build/tcp.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { describeEvent } from '../events/describe-event.ts';
import { describeProxyEvent } from '../events/describe-proxy-event.ts';
import { describeStoreEvent } from '../events/describe-store-event.ts';
import { withCause } from '../events/failure.ts';
import { oneLine } from '../events/one-line.ts';
import { type BoundListener, bindAll, bindSoon, compareListeners, ListenError } from './listeners.ts';
import { openListener } from './open-listener.ts';
import type { PreparedReload, ReloadTarget } from './reload-target.ts';

/** The proxy of a configuration that may be replaced while it runs. */
export interface LiveProxy extends ReloadTarget {
  readonly proxy: ReverseProxy;
  /** Those of the listeners that balance TCP connections. */
  readonly tcp: readonly TcpProxy[];
  /** Exchanges and TCP connections that are open now. */
  readonly active: number;
  readonly clusters: readonly Cluster[];
  /** Of the caches of routes. */
  readonly stores: readonly CacheStore[];
  readonly listeners: readonly BoundListener[];
  /** The configuration in use. */
  readonly loaded: LoadedConfig;
  /**
   * Binds the addresses of the configuration that it began with.
   *
   * @throws ListenError naming the address
   */
  listen(): Promise<void>;
  /** Drains as the configuration says, then closes everything. */
  close(): Promise<void>;
  /** Closes everything now, also while it drains. */
  destroy(): Promise<void>;
}

const READY_TIMEOUT_MS = 5_000;

/** Who is told of what happens. */
export interface LiveProxyContext {
  /** Takes a line for the operator. */
  readonly say: (line: string) => void;
  /** Takes addresses that have been bound, all that belong together at once. */
  readonly announce: (listeners: readonly BoundListener[]) => void;
  /** Follows exchanges. @default none */
  readonly tracer?: ProxyOptions['tracer'] | undefined;
  /** Called when another configuration has been taken. @default nothing */
  readonly onChange?: () => void;
  /** As `quietMs` of a proxy that closes, for listeners that other processes share. @default 0 */
  readonly quietMs?: number;
}

/** Builds the proxy of a checked configuration; its clusters start at once. */
export function liveProxy(
  first: LoadedConfig,
  { say, announce, tracer, onChange = () => {}, quietMs = 0 }: LiveProxyContext,
): LiveProxy {
  let loaded = first;
  let listeners: readonly BoundListener[] = [];
  /** Those of the configuration in use, of earlier ones with exchanges that are open, and of one that is prepared. */
  const partsInUse = new Set<Parts>();
  /** Of listeners that a reload has removed, with something that is open. */
  const draining = new Set<ProxyAddress>();
  /** What ends in its own time. */
  const ending = new Set<Promise<void>>();
  const onStoreEvent = (event: StoreEvent): void => {
    const line = describeStoreEvent(event);
    if (line !== undefined) say(line);
  };
  const onMiddlewareError = (error: unknown): void => say(`middleware: ${oneLine(withCause(error))}`);
  const build = (next: LoadedConfig, before?: Parts): Parts => {
    const built = buildParts(next, { onStoreEvent, onMiddlewareError, before });
    for (const cluster of built.clusters.without(before ? [before.clusters] : [])) {
      cluster.subscribe((event) => {
        const line = describeEvent(cluster.name, event);
        if (line !== undefined) say(line);
      });
    }
    partsInUse.add(built);
    return built;
  };
  /** Closes what none of the others uses. */
  const release = (built: Parts): Promise<void> => {
    partsInUse.delete(built);
    return built.close([...partsInUse]);
  };
  let parts = build(first);
  const proxy = createProxy({ ...parts.options, ...(tracer && { tracer }) });
  proxy.subscribe(
    (event) => {
      const line = describeProxyEvent(event);
      if (line !== undefined) say(line);
    },
    { exchanges: false },
  );
  const openerOf = ({ file }: LoadedConfig, { tcpRoutes }: Parts) => openListener({ proxy, tcpRoutes, file });
  const tcpProxies = (): TcpProxy[] => listeners.flatMap(({ tcp }) => tcp ?? []);
  const later = (task: Promise<unknown>): void => {
    const ended = task.then(() => void ending.delete(ended));
    ending.add(ended);
  };
  const drain = async (address: ProxyAddress, how: CloseOptions): Promise<void> => {
    draining.add(address);
    await address.close(how);
    draining.delete(address);
  };
  const closeAll = async (how: CloseOptions): Promise<void> => {
    await Promise.all([proxy, ...tcpProxies(), ...draining].map((one) => one.close(how)));
    await Promise.all([...ending]);
    await release(parts);
  };

  return {
    proxy,
    get tcp() {
      return tcpProxies();
    },
    get active() {
      return [proxy, ...tcpProxies()].reduce((sum, { active }) => sum + active, 0);
    },
    get clusters() {
      return parts.clusters.entries.map(({ value }) => value);
    },
    get stores() {
      return parts.caches.stores.entries.map(({ value }) => value);
    },
    get loaded() {
      return loaded;
    },
    get listeners() {
      return listeners;
    },
    async listen() {
      listeners = await bindAll(openerOf(loaded, parts), loaded.config.listeners);
      announce(listeners);
    },
    async prepare(next, signal): Promise<PreparedReload> {
      const nextParts = build(next, parts);
      const open = openerOf(next, nextParts);
      const { kept, added, replacing, removed } = compareListeners(listeners, next.config.listeners);
      let bound: readonly BoundListener[] = [];
      const undo = async (): Promise<void> => {
        await Promise.all(bound.map(({ address }) => address.close({ graceMs: 0 })));
        await release(nextParts);
      };
      try {
        const { readyTimeoutMs = READY_TIMEOUT_MS } = next.config.reload ?? {};
        await becomeReady(nextParts.clusters.without([parts.clusters]), readyTimeoutMs, signal);
        // Last, as they accept connections from now on.
        bound = await bindAll(open, added);
        signal.throwIfAborted();
      } catch (error) {
        await undo();
        throw error;
      }
      return {
        async commit() {
          const superseded = [proxy.update(nextParts.options)];
          for (const { config, tcp } of kept) {
            if (tcp && config.tcp) superseded.push(tcp.update(tcpOptions(config.tcp, nextParts.tcpRoutes)));
          }
          const old = parts;
          [loaded, parts, listeners] = [next, nextParts, [...kept, ...bound]];
          const how = { ...next.config.shutdown, delayMs: 0, quietMs };
          const over = removed.map(({ address }) => drain(address, how));
          const ended = [...superseded.map((one) => one.ended), ...over];
          later(Promise.all(ended).then(() => release(old)));
          announce(bound);
          onChange();
          for (const config of replacing) {
            try {
              const rebound = await bindSoon(open, config);
              listeners = [...listeners, ...rebound];
              announce(rebound);
              onChange();
            } catch (error) {
              // Somebody else was faster: there is no way back to the listener that was here.
              if (!(error instanceof ListenError)) throw error;
              say(error.message);
            }
          }
        },
        abort: undo,
      };
    },
    close: () => closeAll({ ...loaded.config.shutdown, quietMs }),
    destroy: () => closeAll({ graceMs: 0 }),
  };
}

/** The line on stdout that tells of a listener. */
export function listeningLine({ config, address: { address, port } }: BoundListener): string {
  const scheme = config.tcp ? 'tcp' : config.tls ? 'https' : 'http';
  return `listening on ${scheme}://${formatAddress(address, port)}`;
}

/** Waits until clusters have their endpoints, but not for ever: one whose registry is away must not hold up the others. */
async function becomeReady(
  clusters: readonly Cluster[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  await Promise.allSettled(clusters.map((cluster) => cluster.ready({ signal: limit })));
  signal.throwIfAborted();
}
