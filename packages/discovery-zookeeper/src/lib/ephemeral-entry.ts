import type { RegistryCall, RegistryEntry } from '@evenkeel/core';
import type { ZookeeperClient } from './client.ts';
import { type EphemeralNode, isThere, putNode, removeNode } from './ephemeral-node.ts';
import type { Session } from './session/session.ts';
import type { SessionTicket } from './wire/handshake.ts';
import { hasReason, ZookeeperError } from './zookeeper-error.ts';

/** A node, and the way to it. */
export interface EphemeralEntryOptions {
  readonly client: ZookeeperClient;
  readonly node: EphemeralNode;
}

/**
 * Keeps a node in a session that outlives its connections: after a failure the next call goes on with the session over
 * a new connection, and only when that has expired is there a new one.
 */
export function ephemeralEntry({ client, node }: EphemeralEntryOptions): RegistryEntry {
  let ticket: SessionTicket | undefined;
  let open: Promise<Session> | undefined;

  const forget = (mine: Promise<Session>): void => {
    if (open === mine) open = undefined;
  };
  const connect = ({ signal, ttlMs }: RegistryCall): Promise<Session> => {
    const mine: Promise<Session> = client
      .open({ signal, ticket, onLost: () => forget(mine) })
      .then(async (session) => {
        ticket = session.ticket;
        if (ticket.timeoutMs < ttlMs / 2) {
          await session.close();
          ticket = undefined;
          throw tooLong(session.ticket.timeoutMs, ttlMs);
        }
        return session;
      });
    return mine;
  };
  /** Runs one call over the open connection or a new one. */
  const run = async <T>(call: RegistryCall, work: (session: Session) => Promise<T>): Promise<T> => {
    open ??= connect(call);
    const mine = open;
    try {
      return await work(await mine);
    } catch (error) {
      forget(mine);
      if (hasReason(error, 'sessionExpired')) ticket = undefined;
      const session = await mine.catch(() => undefined);
      await session?.drop();
      throw error;
    }
  };
  /** Runs one call in the session that there is; undefined when that has expired, and its node is gone with it. */
  const runInOld = async <T>(
    call: RegistryCall,
    work: (session: Session) => Promise<T>,
  ): Promise<T | undefined> => {
    if (ticket === undefined) return undefined;
    try {
      return await run(call, work);
    } catch (error) {
      if (hasReason(error, 'sessionExpired')) return undefined;
      throw error;
    }
  };
  const end = async (): Promise<void> => {
    const session = await open?.catch(() => undefined);
    open = undefined;
    ticket = undefined;
    await session?.close();
  };

  return {
    async put(call) {
      const put = (): Promise<void> => run(call, (session) => putNode(session, node, call.signal));
      try {
        await put();
      } catch (error) {
        // It is the old session that has expired, so a new one may do.
        if (!hasReason(error, 'sessionExpired')) throw error;
        await put();
      }
    },
    async beat(call) {
      const known = await runInOld(call, (session) => isThere(session, node, call.signal));
      return known === true ? 'known' : 'unknown';
    },
    async remove(call) {
      await runInOld(call, (session) => removeNode(session, node, call.signal));
      await end();
    },
    close: end,
  };
}

/** Nothing renews a session between two heartbeats if its connection is lost just after the first. */
function tooLong(allowedMs: number, ttlMs: number): ZookeeperError {
  return new ZookeeperError(
    'refused',
    `the server allows sessions of ${allowedMs} ms at most: take a ttlMs of at most ${2 * allowedMs} instead of ${ttlMs}, or raise its maxSessionTimeout`,
  );
}
