import { isDeepStrictEqual } from 'node:util';
import type { Discovery, DiscoveryFailed, Snapshot, SnapshotRejected } from '@evenkeel/core';

/** A watch that is read as fast as it yields. */
export interface Followed {
  readonly snapshots: readonly Snapshot[];
  readonly events: readonly (DiscoveryFailed | SnapshotRejected)[];
  /** Undefined at the end without an error. */
  readonly ended: Promise<unknown>;
  /** The first snapshot, past or future, after the last one asked for, that satisfies it. */
  untilTrue(satisfies: (snapshot: Snapshot) => boolean): Promise<Snapshot>;
  /** The same, by the ids in any order. */
  until(ids: readonly string[]): Promise<Snapshot>;
  /** Aborts it, and waits for its end. */
  close(): Promise<void>;
}

/** Starts one. */
export function follow(discovery: Discovery): Followed {
  const controller = new AbortController();
  const snapshots: Snapshot[] = [];
  const events: (DiscoveryFailed | SnapshotRejected)[] = [];
  let position = 0;
  let news = Promise.withResolvers<void>();
  let failure: unknown;
  let isOver = false;

  const read = async (): Promise<unknown> => {
    try {
      const watch = discovery.watch({ signal: controller.signal, onEvent: (event) => events.push(event) });
      for await (const snapshot of watch) {
        snapshots.push(snapshot);
        news.resolve();
      }
    } catch (error) {
      failure = error;
    }
    isOver = true;
    news.resolve();
    return failure;
  };
  const ended = read();

  const untilTrue: Followed['untilTrue'] = async (satisfies) => {
    for (;;) {
      for (; position < snapshots.length; position++) {
        const snapshot = snapshots[position];
        if (snapshot !== undefined && satisfies(snapshot)) return snapshot;
      }
      if (isOver) throw new Error('the watch ended', { cause: failure });
      await news.promise;
      news = Promise.withResolvers();
    }
  };
  return {
    snapshots,
    events,
    ended,
    untilTrue,
    until(ids) {
      const wanted = [...ids].sort();
      return untilTrue(({ endpoints }) => isDeepStrictEqual(endpoints.map(({ id }) => id).sort(), wanted));
    },
    async close() {
      controller.abort();
      await ended;
    },
  };
}
