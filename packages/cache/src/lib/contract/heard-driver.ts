import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { KeyValueStore } from '../store/key-value-store.ts';

/** Drivers whose messages can be waited for. */
export interface HeardDrivers {
  readonly drivers: readonly KeyValueStore[];
  /** Resolves when all that was published so far has been heard by everyone. */
  settle(): Promise<void>;
}

const WITHIN_MS = 5_000;

/** Watches what drivers hear; those without messages are left as they are. */
export function heardDrivers(inner: readonly KeyValueStore[]): HeardDrivers {
  const subscribers: { live: boolean; readonly heard: Set<string> }[] = [];
  const signal = (): AbortSignal => AbortSignal.timeout(WITHIN_MS);
  let barriers = 0;

  const drivers = inner.map((driver): KeyValueStore => {
    const { subscribe } = driver;
    if (subscribe === undefined) return driver;
    return {
      ...driver,
      subscribe(listener) {
        const entry = { live: false, heard: new Set<string>() };
        subscribers.push(entry);
        return subscribe.call(driver, {
          onMessage(message) {
            entry.heard.add(message);
            listener.onMessage(message);
          },
          onLive(live) {
            entry.live = live;
            listener.onLive(live);
          },
        });
      },
    };
  });
  const until = async (holds: () => boolean): Promise<void> => {
    for (const end = performance.now() + WITHIN_MS; !holds(); await setTimeout(1)) {
      assert.ok(performance.now() < end, `messages are heard within ${WITHIN_MS} ms`);
    }
  };

  return {
    drivers,
    async settle() {
      await until(() => subscribers.every((entry) => entry.live));
      const marks = drivers.map(() => `barrier${process.pid}.${barriers++}`);
      await Promise.all(
        drivers.map(async (driver, index) => driver.publish?.(marks[index] ?? '', { signal: signal() })),
      );
      await until(() => subscribers.every(({ heard }) => marks.every((mark) => heard.has(mark))));
    },
  };
}
