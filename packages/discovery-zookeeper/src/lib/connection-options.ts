import { InvalidOptionsError, type KnownKeys } from '@evenkeel/core';
import { parseServers, type ServerAddress } from './session/server-address.ts';

/** Where ZooKeeper is, and as whom it is asked. */
export interface ZookeeperConnectionOptions {
  /**
   * The servers of the ensemble, `host:port` each; the port is 2181 unless it says another. They are asked in a random
   * order.
   */
  readonly servers: readonly string[];
  /**
   * `user:password` of the scheme `digest`. Nodes that are created then can be changed by this user alone, and read by
   * everybody. @default none
   */
  readonly auth?: string;
}

/** The keys of {@link ZookeeperConnectionOptions}, for checks of options that extend them. */
export const CONNECTION_KEYS: KnownKeys<ZookeeperConnectionOptions> = { servers: true, auth: true };

/** Checked. */
export interface ConnectionSettings {
  readonly servers: readonly ServerAddress[];
  readonly auth: string | undefined;
  /** The servers, for messages. */
  readonly name: string;
}

/**
 * Checks where ZooKeeper is.
 *
 * @throws InvalidOptionsError when a server or the user makes no sense
 */
export function connectionSettings({ servers, auth }: ZookeeperConnectionOptions): ConnectionSettings {
  if (auth !== undefined && (typeof auth !== 'string' || !/^[^:]+:./s.test(auth))) {
    // The value may be half a password, so the message does without it.
    throw new InvalidOptionsError('auth', typeof auth, '"user:password"');
  }
  const parsed = parseServers(servers);
  return { servers: parsed, auth, name: parsed.map(({ label }) => label).join(',') };
}
