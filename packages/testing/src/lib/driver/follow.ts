import type { Discovery, DiscoveryFailed, Snapshot, SnapshotRejected } from '@evenkeel/core';

/** A consumer that reads a watch until it sees what it waits for, and no further. */
export interface Follower {
  /** Those read so far. */
  readonly snapshots: readonly Snapshot[];
  /** What the watch told as events. */
  readonly messages: readonly string[];
  /** Reads on until a snapshot satisfies it. */
  untilTrue(isIt: (snapshot: Snapshot) => boolean): Promise<Snapshot>;
  /** Reads on until a snapshot has exactly these `host:port`, in any order. */
  until(addresses: readonly string[]): Promise<Snapshot>;
  /** Reads on to the error that the watch ends with. */
  failure(): Promise<Error>;
  /** Aborts the watch; rejects unless it ends. */
  close(): Promise<void>;
}

/** Starts a watch. */
export function follow(discovery: Discovery): Follower {
  const controller = new AbortController();
  const snapshots: Snapshot[] = [];
  const messages: string[] = [];
  const onEvent = (event: DiscoveryFailed | SnapshotRejected): void => {
    messages.push(event.type === 'snapshotRejected' ? event.message : String(event.error));
  };
  const watch = discovery.watch({ signal: controller.signal, onEvent })[Symbol.asyncIterator]();

  const untilTrue: Follower['untilTrue'] = async (isIt) => {
    for (;;) {
      const { value, done } = await watch.next();
      if (done === true) throw new Error('the watch ended');
      snapshots.push(value);
      if (isIt(value)) return value;
    }
  };
  return {
    snapshots,
    messages,
    untilTrue,
    until(addresses) {
      const wanted = [...addresses].sort().join();
      return untilTrue(({ endpoints }) => {
        const seen = endpoints.map(({ host, port }) => `${host}:${port}`);
        return seen.sort().join() === wanted;
      });
    },
    async failure() {
      let isOver = false;
      while (!isOver) {
        try {
          isOver = (await watch.next()).done === true;
        } catch (error) {
          return error as Error;
        }
      }
      throw new Error('the watch ended without an error');
    },
    async close() {
      controller.abort();
      if ((await watch.next()).done !== true) throw new Error('the watch did not end');
    },
  };
}
