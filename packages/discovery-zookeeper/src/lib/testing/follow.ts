import type { Discovery, Snapshot } from '@evenkeel/core';

/** A consumer that reads a watch until it sees what it waits for. */
export interface Follower {
  /** Snapshots read so far. */
  readonly count: number;
  untilTrue(isIt: (snapshot: Snapshot) => boolean): Promise<Snapshot>;
  /** Until exactly these `host:port` are listed. */
  until(addresses: readonly string[]): Promise<Snapshot>;
  /** Aborts the watch; throws unless it ends. */
  close(): Promise<void>;
}

/** Starts a watch. */
export function follow(discovery: Discovery): Follower {
  const controller = new AbortController();
  const watch = discovery.watch({ signal: controller.signal })[Symbol.asyncIterator]();
  let count = 0;
  const untilTrue: Follower['untilTrue'] = async (isIt) => {
    for (;;) {
      const { value, done } = await watch.next();
      if (done === true) throw new Error('the watch ended');
      count++;
      if (isIt(value)) return value;
    }
  };
  return {
    get count() {
      return count;
    },
    untilTrue,
    until(addresses) {
      const wanted = [...addresses].sort().join();
      return untilTrue(
        ({ endpoints }) =>
          endpoints
            .map(({ host, port }) => `${host}:${port}`)
            .sort()
            .join() === wanted,
      );
    },
    async close() {
      controller.abort();
      if ((await watch.next()).done !== true) throw new Error('the watch did not end');
    },
  };
}
