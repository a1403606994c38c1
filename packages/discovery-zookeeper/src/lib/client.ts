import type { Random } from '@evenkeel/core';
import { rotation } from './session/rotation.ts';
import type { ServerAddress } from './session/server-address.ts';
import { openSession, type Session, type SessionOptions } from './session/session.ts';
import { hasReason } from './zookeeper-error.ts';

/** Opens sessions with whichever server of an ensemble answers. */
export interface ZookeeperClient {
  /**
   * Asks each server once at most, beginning with the one that answered last.
   *
   * @throws ZookeeperError of the last server; of the first one that says that the session has expired, or the
   * password is wrong; the signal's reason
   */
  open(options: OpenOptions): Promise<Session>;
}

/** The ensemble, and what all sessions have in common. */
export interface ZookeeperClientOptions
  extends Pick<SessionOptions, 'clock' | 'timeoutMs' | 'sessionMs' | 'auth'> {
  readonly servers: readonly ServerAddress[];
  readonly random: Random;
}

/** One session, and whom it tells. */
export interface OpenOptions extends Pick<SessionOptions, 'ticket' | 'signal' | 'onEvent' | 'onLost'> {
  /** Told of the last failure before an answer, and how many there were. */
  readonly onServerFailure?: ((error: unknown, failures: number) => void) | undefined;
}

/** Makes a client. It connects when a session is opened, not before. */
export function zookeeperClient({ servers, random, ...common }: ZookeeperClientOptions): ZookeeperClient {
  const turns = rotation(servers, random);

  return {
    async open({ onServerFailure, onLost, ...own }) {
      let failure: unknown;
      for (let failures = 0; failures < turns.size; failures++) {
        const server = turns.current;
        try {
          const session = await openSession(server, {
            ...common,
            ...own,
            onLost(error) {
              // A server that stopped is likely to stay so for a while.
              turns.leave(server);
              onLost(error);
            },
          });
          if (failures > 0) onServerFailure?.(failure, failures);
          return session;
        } catch (error) {
          if (hasReason(error, 'sessionExpired') || hasReason(error, 'authFailed')) throw error;
          turns.leave(server);
          if (own.signal.aborted) throw error;
          failure = error;
        }
      }
      throw failure;
    },
  };
}
