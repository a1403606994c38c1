import type { LoadedConfig } from '../config/load-config.ts';
import type { Say } from '../events/say.ts';
import { createOperation, type Operation } from '../operation/operation.ts';
import { startTracing } from '../operation/tracing.ts';
import type { BoundListener } from './listeners.ts';
import { type LiveProxy, liveProxy } from './live-proxy.ts';

/** A proxy and what its operator sees of it, in one process. */
export interface Started {
  readonly live: LiveProxy;
  readonly operation: Operation;
  /** Drains the proxy, then lets go of the rest. */
  close(): Promise<void>;
  /** Closes everything now. */
  destroy(): Promise<void>;
}

/** What a process starts with. */
export interface StartOptions {
  readonly say: Say;
  /** Takes addresses that have been bound. */
  readonly announce: (listeners: readonly BoundListener[]) => void;
  /** Tells workers apart. @default '0' */
  readonly id?: string;
  /** As `quietMs` of a proxy that closes. @default 0 */
  readonly quietMs?: number;
}

/**
 * Builds the proxy of a checked configuration with all that follows it; its addresses are not bound yet.
 *
 * @throws OperationError when a log cannot be opened; nothing is left open then
 */
export async function start(loaded: LoadedConfig, { say, id, ...options }: StartOptions): Promise<Started> {
  const { name = 'evenkeel', tracing: wanted } = loaded.config;
  const tracing = wanted && (await startTracing(wanted, { name, say }));
  const live = liveProxy(loaded, {
    ...options,
    say,
    tracer: tracing?.tracer,
    onChange: () => operation?.follow(),
  });
  let operation: Operation | undefined;
  const closeAll = async (closed: Promise<void>): Promise<void> => {
    await closed;
    await Promise.all([operation?.close(), tracing?.close()]);
  };
  try {
    operation = await createOperation(
      {
        ...(id !== undefined && { id }),
        proxy: live.proxy,
        tcp: () => live.tcp,
        clusters: () => live.clusters,
        stores: () => live.stores,
        loaded: () => live.loaded,
      },
      say,
    );
  } catch (error) {
    await closeAll(live.destroy());
    throw error;
  }
  return {
    live,
    operation,
    close: () => closeAll(live.close()),
    destroy: () => closeAll(live.destroy()),
  };
}
