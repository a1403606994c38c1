import type { Clock } from '../clock.ts';
import type { Discovery, Snapshot, WatchOptions } from '../discovery.ts';

/** How long a driver may take to clean up after its signal, in ms. */
const CLEAN_UP_MS = 1_000;

/** One watch of a discovery, read snapshot by snapshot. It ends with the signal even if the driver pays no heed to it. */
export interface Subscription {
  /** The next snapshot; done when the driver has ended or the signal is aborted. Rejects when the driver throws. */
  next(): Promise<IteratorResult<Snapshot, unknown>>;
  /** Aborts the watch and waits a bounded time for the driver's clean-up. Never rejects. */
  close(): Promise<void>;
}

/**
 * Opens a watch with a signal of its own: what a driver attaches to that signal goes when the watch goes, so a
 * hundred failed watches leave nothing on the signal of the cluster.
 *
 * @throws whatever the driver throws at once
 */
export function subscribe(discovery: Discovery, options: WatchOptions & { clock: Clock }): Subscription {
  const { signal, clock, onEvent } = options;
  const controller = new AbortController();
  const own = controller.signal;
  const watch = discovery.watch({ signal: own, ...(onEvent && { onEvent }) });
  const iterator = watch[Symbol.asyncIterator]();
  let open = true;

  const forward = (): void => controller.abort(signal.reason);
  if (signal.aborted) forward();
  else signal.addEventListener('abort', forward, { once: true });

  return {
    async next() {
      try {
        const result = await untilAborted(() => iterator.next(), own);
        if (result.done === true && !own.aborted) open = false;
        return result;
      } catch (error) {
        open = false;
        throw error;
      }
    },
    async close() {
      signal.removeEventListener('abort', forward);
      controller.abort();
      if (!open) return;
      open = false;
      await atMost(CLEAN_UP_MS, clock, cleanUp(iterator));
    },
  };
}

/** A race that leaves nothing behind on the signal, unlike `Promise.race` with one long-lived promise. */
function untilAborted(
  next: () => Promise<IteratorResult<Snapshot, unknown>>,
  signal: AbortSignal,
): Promise<IteratorResult<Snapshot, unknown>> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve({ done: true, value: undefined });
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

async function cleanUp(iterator: AsyncIterator<Snapshot, unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // The watch is over and its last good snapshot stays in use: nothing is left that this error could change.
  }
}

function atMost(ms: number, clock: Clock, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(resolve, ms);
    void work.then(() => {
      timer[Symbol.dispose]();
      resolve();
    });
  });
}
