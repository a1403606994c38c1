import { formatAddress } from '@evenkeel/core';
import { type AdminTarget, createAdmin, type MetricsSource } from '@evenkeel/proxy/admin';
import type { LoadedConfig } from '../config/load-config.ts';
import { errorText } from '../events/failure.ts';
import type { Say } from '../events/say.ts';
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
  /** Takes a line for the operator. */
  readonly say: Say;
}

/** Makes the admin API as the configuration of the start says; undefined where that has none. */
export function adminServer({ target, metrics, loaded, say }: AdminSources): AdminServer | undefined {
  const settings = loaded().config.admin;
  if (settings === undefined) return undefined;
  const { port, host, token, hosts } = settings;
  const admin = createAdmin({
    target,
    ...(metrics && { metrics }),
    ...(token !== undefined && { token }),
    ...(hosts && { hosts }),
    config: () => loaded().written,
    onError: (error, operation) =>
      say(
        `admin: ${operation === undefined ? 'a connection was not accepted' : `${operation} failed`}: ${errorText(error)}`,
      ),
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
