import type { Discovery, DiscoveryFailed, Snapshot, SnapshotRejected } from '@evenkeel/core';

/** One consumer of a discovery that reads until it has seen what it waits for. */
export interface Follower {
  readonly snapshots: Snapshot[];
  /** What was told as an event. */
  readonly messages: string[];
  untilTrue(isIt: (snapshot: Snapshot) => boolean): Promise<Snapshot>;
  /** Until a snapshot has exactly these ports. */
  until(...ports: number[]): Promise<Snapshot>;
  /** The error that the watch ends with. */
  failure(): Promise<Error>;
  close(): Promise<void>;
}

/** Begins a watch. */
export function follow(discovery: Discovery): Follower {
  const controller = new AbortController();
  const messages: string[] = [];
  const onEvent = (event: DiscoveryFailed | SnapshotRejected): void => {
    messages.push(event.type === 'snapshotRejected' ? event.message : String(event.error));
  };
  const watch = discovery.watch({ signal: controller.signal, onEvent })[Symbol.asyncIterator]();
  const follower: Follower = {
    snapshots: [],
    messages,
    async untilTrue(isIt) {
      for (;;) {
        const { value, done } = await watch.next();
        if (done === true) throw new Error('the watch ended');
        follower.snapshots.push(value);
        if (isIt(value)) return value;
      }
    },
    until: (...ports) =>
      follower.untilTrue(
        ({ endpoints }) =>
          endpoints
            .map(({ port }) => port)
            .sort()
            .join() === ports.sort().join(),
      ),
    async failure() {
      try {
        for (;;) if ((await watch.next()).done === true) throw new Error('the watch ended without an error');
      } catch (error) {
        return error as Error;
      }
    },
    async close() {
      controller.abort();
      if ((await watch.next()).done !== true) throw new Error('the watch goes on');
    },
  };
  return follower;
}
