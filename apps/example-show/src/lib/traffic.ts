import { setTimeout as delay } from 'node:timers/promises';

/** Requests that go out all the time. */
export interface Traffic {
  /** Ends it, and waits for the requests on their way. */
  stop(): Promise<TrafficReport>;
}

/** How requests went. */
export interface TrafficReport {
  /** Instance → how many it answered. */
  readonly answered: ReadonlyMap<string, number>;
  readonly failed: number;
}

const EVERY_MS = 10;

/** Sends a request each 10 ms, whether or not those before have been answered. */
export function startTraffic(ask: () => Promise<string>, line: (text: string) => void): Traffic {
  const answered = new Map<string, number>();
  const open = new Set<Promise<void>>();
  let failed = 0;
  let running = true;

  const one = async (): Promise<void> => {
    try {
      const name = await ask();
      answered.set(name, (answered.get(name) ?? 0) + 1);
    } catch (error) {
      failed++;
      line(`  a request failed: ${String(error)}`);
    }
  };
  const loop = async (): Promise<void> => {
    while (running) {
      const request = one();
      open.add(request);
      void request.then(() => open.delete(request));
      await delay(EVERY_MS);
    }
    await Promise.all(open);
  };
  const over = loop();
  return {
    async stop() {
      running = false;
      await over;
      return { answered, failed };
    },
  };
}
