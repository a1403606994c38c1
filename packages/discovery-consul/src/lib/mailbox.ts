import type { Snapshot } from '@evenkeel/core';
import { wakeUp } from '@evenkeel/core/driver';

/** Where a watch leaves its newest snapshot for a consumer that comes when it likes. */
export interface Mailbox {
  put(snapshot: Snapshot): void;
  /** Ends the mailbox with an error: what is in it is not handed out any more. The first one counts. */
  fail(error: unknown): void;
  /**
   * The newest snapshot that was not taken yet, as soon as there is one. For one consumer.
   *
   * @throws what `fail` was given
   */
  take(): Promise<Snapshot>;
}

/** Makes an empty one. */
export function createMailbox(): Mailbox {
  let newest: Snapshot | undefined;
  const news = wakeUp();

  return {
    put(snapshot) {
      newest = withLeft(snapshot, newest?.deregistered ?? []);
      news.notify();
    },
    fail: news.fail,
    async take() {
      for (;;) {
        await news.wait();
        if (newest === undefined) continue;
        const snapshot = newest;
        newest = undefined;
        return snapshot;
      }
    },
  };
}

/** Who left is told once, in the first snapshot that is read. */
function withLeft(snapshot: Snapshot, earlier: readonly string[]): Snapshot {
  if (earlier.length === 0) return snapshot;
  const present = new Set(snapshot.endpoints.map(({ id }) => id));
  const left = new Set([...earlier, ...(snapshot.deregistered ?? [])]);
  return { ...snapshot, deregistered: [...left].filter((id) => !present.has(id)) };
}
