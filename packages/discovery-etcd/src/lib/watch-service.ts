import type { Clock, Snapshot } from '@evenkeel/core';
import { wakeUp } from '@evenkeel/core/driver';
import type { EtcdClient } from './client.ts';
import { paceFailure } from './failure-pace.ts';
import type { ServiceKeys } from './keys.ts';
import { checkStore, probe } from './probe.ts';
import { createTable } from './table.ts';

/** What one watch needs. */
export interface WatchServiceOptions {
  /** Closed at the end of the watch. */
  readonly client: EtcdClient;
  readonly keys: ServiceKeys;
  readonly clock: Clock;
  readonly pingMs: number;
  readonly signal: AbortSignal;
  /** Takes a record that makes no sense. */
  readonly onProblem: (message: string) => void;
  /** Makes what is thrown of a failure. */
  readonly onFailure: (error: unknown, endpoint: string) => Error;
}

/**
 * One watch: a listing, the changes after it, and questions whether that is all. Nothing in it reconnects:
 * the first failure ends it, and the next watch lists anew.
 */
export async function* watchService(options: WatchServiceOptions): AsyncGenerator<Snapshot, void, void> {
  const { client, keys, clock, signal } = options;
  if (signal.aborted) return;
  const own = new AbortController();
  const news = wakeUp();
  const range = { key: keys.base, rangeEnd: keys.end };
  const startedAt = clock.now();
  let endpoint = client.endpoint;

  const onAbort = (): void => {
    own.abort(signal.reason);
    news.fail(signal.reason);
    // Idle connections of a consumer that does not ask for more go at once, too. It never rejects.
    void client.close();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const listed = await client.range(range, own.signal);
    const table = createTable(keys, listed, options.onProblem);
    endpoint = client.endpoint;

    const follow = async (): Promise<never> => {
      const from = listed.header.revision + 1n;
      for await (const frame of client.watch({ ...range, from }, own.signal)) {
        checkStore(frame.header, { ...listed.header, revision: table.revision });
        if (table.apply(frame.events)) news.notify();
      }
      throw own.signal.reason;
    };
    follow().catch(news.fail);
    probe({
      client,
      range,
      table,
      header: listed.header,
      clock,
      intervalMs: options.pingMs,
      signal: own.signal,
      onCurrent: () => {
        // Whether an empty service is believed is up to who asks: told again, it is confirmed.
        if (table.isEmpty) news.notify();
      },
    }).catch(news.fail);

    for (;;) {
      yield table.snapshot();
      await news.wait();
    }
  } catch (error) {
    if (signal.aborted) return;
    const failedAt = endpoint;
    await paceFailure(clock, { startedAt, requests: client.requests }, signal);
    if (!signal.aborted) throw options.onFailure(error, failedAt);
  } finally {
    signal.removeEventListener('abort', onAbort);
    own.abort();
    await client.close();
  }
}
