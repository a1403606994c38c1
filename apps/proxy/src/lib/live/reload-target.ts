import type { LoadedConfig } from '../config/load-config.ts';

/** Whatever runs a configuration, and can take another one. */
export interface ReloadTarget {
  /**
   * Makes everything ready for another configuration, beside the one in use.
   *
   * @throws ListenError when an address cannot be bound; the signal's reason; nothing is left over then
   */
  prepare(next: LoadedConfig, signal: AbortSignal): Promise<PreparedReload>;
}

/** A configuration that only waits to be taken. */
export interface PreparedReload {
  /** Takes it. */
  commit(): Promise<void>;
  /** Leaves it. */
  abort(): Promise<void>;
}
