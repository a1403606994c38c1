import type { Endpoint } from '@evenkeel/core';
import { readRecord } from './record.ts';
import type { Session } from './session/session.ts';
import type { NodeEvent } from './wire/reply.ts';
import { getChildren, getData } from './wire/request.ts';
import { hasReason } from './zookeeper-error.ts';

/** What one session knows of a service: the names below its node, and the records of those. */
export interface ServiceView {
  /** Takes a change; false when it is of no node of the service. */
  note(event: NodeEvent): boolean;
  /**
   * Lists the names and reads the records that are new or have changed. What changes meanwhile is seen by the next
   * reading.
   *
   * @throws ZookeeperError
   */
  read(session: Session): Promise<ServiceReading>;
}

/** A service at one moment. */
export interface ServiceReading {
  readonly endpoints: readonly Endpoint[];
  /** Those that left by their own word since the last reading. */
  readonly deregistered: readonly string[];
  /** Records that cannot be read. */
  readonly unreadable: number;
  /** The last transaction that the server knew when it listed the names. */
  readonly zxid: bigint;
}

/** A record as it was at one reading; both undefined for one that cannot be read. */
interface Known {
  /** The number of the last change when it was asked for. */
  readonly change: number;
  readonly endpoint?: Endpoint;
  readonly isDisabled?: boolean;
}

/** Requests on their way at once: enough to fill the wire, not so many that a server with other work notices. */
const AT_ONCE = 32;

/** Makes an empty one. A problem is told once for each change of a record. */
export function serviceView(path: string, onProblem: (message: string) => void): ServiceView {
  const prefix = `${path}/`;
  const changes = new Map<string, number>();
  const left = new Set<string>();
  let known = new Map<string, Known>();
  let changeCount = 0;

  const isFresh = (id: string): boolean => known.get(id)?.change === (changes.get(id) ?? 0);

  const parse = (id: string, change: number, data: Buffer): Known => {
    try {
      const endpoint = readRecord(id, data);
      return endpoint === undefined ? { change, isDisabled: true } : { change, endpoint };
    } catch (error) {
      onProblem(`record of ${JSON.stringify(id)} left out: ${(error as Error).message}`);
      return { change };
    }
  };
  const readOne = async (session: Session, id: string): Promise<void> => {
    const change = changes.get(id) ?? 0;
    try {
      known.set(id, parse(id, change, await session.call(getData(prefix + id))));
    } catch (error) {
      if (hasReason(error, 'noAuth')) {
        onProblem(`record of ${JSON.stringify(id)} left out: not permitted to read it`);
        known.set(id, { change });
      } else if (hasReason(error, 'noNode')) known.delete(id);
      else throw error;
    }
  };
  const readAll = async (session: Session, ids: readonly string[]): Promise<void> => {
    const queue = ids.values();
    const worker = async (): Promise<void> => {
      for (const id of queue) await readOne(session, id);
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, worker));
  };
  const list = async (session: Session): Promise<readonly string[]> => {
    try {
      return await session.call(getChildren(path));
    } catch (error) {
      if (hasReason(error, 'noNode')) return [];
      throw error;
    }
  };

  return {
    note({ kind, path: changed }) {
      if (changed === path) return true;
      if (!changed.startsWith(prefix)) return false;
      const id = changed.slice(prefix.length);
      if (id.includes('/')) return false;
      if (kind === 'deleted') {
        const before = known.get(id);
        // A registrar disables its record and deletes it in one step: the change is seen, its record is not.
        if (before !== undefined && (before.isDisabled === true || !isFresh(id))) left.add(id);
        known.delete(id);
        changes.delete(id);
      } else changes.set(id, ++changeCount);
      return true;
    },
    async read(session) {
      const ids = await list(session);
      const { zxid } = session;
      await readAll(
        session,
        ids.filter((id) => !isFresh(id)),
      );
      const listed = new Set(ids);
      known = new Map([...known].filter(([id]) => listed.has(id)));
      const all = [...known];
      for (const [id, { isDisabled }] of all) {
        if (isDisabled === true) left.add(id);
        else left.delete(id);
      }
      const deregistered = [...left];
      left.clear();
      return {
        endpoints: all.flatMap(([, { endpoint }]) => endpoint ?? []),
        deregistered,
        unreadable: all.filter(
          ([, { endpoint, isDisabled }]) => endpoint === undefined && isDisabled !== true,
        ).length,
        zxid,
      };
    },
  };
}
