import { isDeepStrictEqual } from 'node:util';
import { formatAddress } from '@evenkeel/core';
import type { ProxyAddress, TcpProxy } from '@evenkeel/proxy';
import type { ListenerConfig } from '../schema/listener.ts';

/** A listener of the configuration that accepts connections. */
export interface BoundListener {
  readonly config: ListenerConfig;
  readonly address: ProxyAddress;
  /** What balances its connections as a whole; undefined where it takes requests. */
  readonly tcp: TcpProxy | undefined;
}

/** Binds the address of one listener. */
export type OpenListener = (config: ListenerConfig) => Promise<BoundListener>;

/** An address that could not be bound. */
export class ListenError extends Error {}

/** What must be done for other listeners. */
export interface ListenerChanges<L> {
  readonly kept: readonly L[];
  readonly added: readonly ListenerConfig[];
  /** Those whose port is that of one that goes. */
  readonly replacing: readonly ListenerConfig[];
  readonly removed: readonly L[];
}

/** How often a port is tried that is about to become free, and how long is waited in between, in ms. */
const TRIES = 100;
const RETRY_MS = 10;

/**
 * Binds addresses, all of them or none.
 *
 * @throws ListenError naming the address
 */
export async function bindAll(
  open: OpenListener,
  configs: readonly ListenerConfig[],
): Promise<BoundListener[]> {
  const bound: BoundListener[] = [];
  for (const config of configs) {
    try {
      bound.push(await open(config));
    } catch (error) {
      await Promise.all(bound.map(({ address }) => address.close({ graceMs: 0 })));
      throw listenError(config, error);
    }
  }
  return bound;
}

/** Compares listeners: one with the same settings stays. */
export function compareListeners<L extends Pick<BoundListener, 'config'>>(
  bound: readonly L[],
  next: readonly ListenerConfig[],
): ListenerChanges<L> {
  const removed = [...bound];
  const kept: L[] = [];
  const others: ListenerConfig[] = [];
  for (const config of next) {
    const index = removed.findIndex((one) => isDeepStrictEqual(one.config, config));
    if (index === -1) others.push(config);
    else kept.push(...removed.splice(index, 1));
  }
  const freed = new Set(removed.map(({ config }) => config.port).filter((port) => port !== 0));
  return {
    kept,
    added: others.filter(({ port }) => !freed.has(port)),
    replacing: others.filter(({ port }) => freed.has(port)),
    removed,
  };
}

/**
 * Binds an address whose port is about to become free.
 *
 * @throws ListenError when it does not
 */
export async function bindSoon(open: OpenListener, config: ListenerConfig): Promise<BoundListener[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await bindAll(open, [config]);
    } catch (error) {
      if (tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** Makes an error for the operator of what the system says. */
export function listenError(
  { host = '*', port }: Pick<ListenerConfig, 'host' | 'port'>,
  error: unknown,
): ListenError {
  return new ListenError(`cannot listen on ${formatAddress(host, port)}: ${describe(error)}`);
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'the port is in use (EADDRINUSE)';
  if (code === 'EACCES') return 'not allowed (EACCES)';
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address (EADDRNOTAVAIL)';
  return code ?? message;
}
