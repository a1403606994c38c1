import { formatAddress } from '@evenkeel/core';
import { type AdminTarget, createAdmin, type MetricsSource } from '@evenkeel/proxy/admin';
import type { LoadedConfig } from '../config/load-config.ts';
import { listenError } from '../live/listeners.ts';

/** The admin API of a configuration. */
export interface AdminServer {
  /** @throws ListenError naming the address */
  listen(): Promise<string>;
  close(): Promise<void>;
}

/** What it answers from: one process, or several workers behind one target. */
export interface AdminSources {
  readonly target: AdminTarget;
  readonly metrics: MetricsSource | undefined;
  /** The configuration in use. */
  readonly loaded: () => LoadedConfig;
}

/** Makes the admin API as the configuration of the start says; undefined where that has none. */
export function adminServer({ target, metrics, loaded }: AdminSources): AdminServer | undefined {
  const settings = loaded().config.admin;
  if (settings === undefined) return undefined;
  const { port, host, token, hosts } = settings;
  const admin = createAdmin({
    target,
    ...(metrics && { metrics }),
    ...(token !== undefined && { token }),
    ...(hosts && { hosts }),
    config: () => loaded().written,
  });
  return {
    async listen() {
      const where = { port, host: host ?? '127.0.0.1' };
      try {
        const bound = await admin.listen(where);
        return `http://${formatAddress(bound.address, bound.port)}`;
      } catch (error) {
        throw listenError(where, error);
      }
    },
    close: admin.close,
  };
}
