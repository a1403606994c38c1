import { formatAddress } from '@evenkeel/core';
import { type AdminTarget, createAdmin, type MetricsSource } from '@evenkeel/proxy/admin';
import type { LoadedConfig } from '../config/load-config.ts';
import { listenError } from '../live/listeners.ts';

/** What an operator looks at. */
export interface Operated {
  /** Of this process, or of all workers. */
  readonly target: AdminTarget;
  readonly metrics: MetricsSource | undefined;
  /** The configuration in use. */
  readonly loaded: () => LoadedConfig;
}

/** What an operator has of a running proxy: the admin API. */
export interface Operation {
  /**
   * Begins to listen, where the configuration has an admin API.
   *
   * @param out is told where
   * @throws ListenError naming the address
   */
  listen(out: (line: string) => void): Promise<void>;
  close(): Promise<void>;
}

/** Makes it, as the configuration of the start says. */
export function createOperation({ target, metrics, loaded }: Operated): Operation {
  const settings = loaded().config.admin;
  if (settings === undefined) return { listen: async () => {}, close: async () => {} };
  const { port, host, token, hosts } = settings;
  const admin = createAdmin({
    target,
    ...(metrics && { metrics }),
    ...(token !== undefined && { token }),
    ...(hosts && { hosts }),
    config: () => loaded().written,
  });
  return {
    async listen(out) {
      const where = { port, host: host ?? '127.0.0.1' };
      try {
        const bound = await admin.listen(where);
        out(`admin on http://${formatAddress(bound.address, bound.port)}`);
      } catch (error) {
        throw listenError(where, error);
      }
    },
    close: () => admin.close(),
  };
}
