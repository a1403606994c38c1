import { type Clock, sleep } from '../clock.ts';
import type { DiscoveryFailed } from '../cluster-event.ts';
import type { Discovery, Snapshot, WatchOptions } from '../discovery.ts';
import { DiscoveryError } from '../errors.ts';
import type { Random } from '../random.ts';
import { type BackoffOptions, fullJitterBackoff } from '../retry/backoff.ts';
import { pacer } from './pace.ts';
import { type Subscription, subscribe } from './subscription.ts';

/** What {@link recover} needs, and whom it tells of failures. */
export interface RecoverOptions extends WatchOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Called with each watch that threw or ended by itself, before the wait for the next one. Must not throw. */
  readonly onFailure: (failure: DiscoveryFailed) => void;
  /**
   * Delays between watches. The floor keeps any discovery below ten watches a second; with this ceiling a
   * registry that is back is seen within two seconds.
   * @default { minMs: 100, baseMs: 200, maxMs: 1_800 }
   */
  readonly backoff?: Omit<BackoffOptions, 'random'>;
  /** A watch that lived this long after its first snapshot starts the back-off again, in ms. @default 10_000 */
  readonly resetAfterMs?: number;
}

/**
 * Makes one endless watch of a discovery's mortal ones: after a throw or an early end it subscribes again, with
 * full-jitter back-off. Never throws, and ends only when the signal is aborted.
 *
 * The wrapper around any resolver is linkerd2-proxy's `proxy/resolve/src/recover.rs`.
 */
export async function* recover(
  discovery: Discovery,
  options: RecoverOptions,
): AsyncGenerator<Snapshot, void, void> {
  const { signal, clock, random, onFailure, resetAfterMs = 10_000 } = options;
  const backoff = fullJitterBackoff({
    minMs: 100,
    baseMs: 200,
    maxMs: 1_800,
    ...options.backoff,
    random,
  });
  const pause = pacer(clock);
  let attempt = 0;

  while (!signal.aborted) {
    let subscription: Subscription | undefined;
    let goodSince: number | undefined;
    let error: unknown;
    try {
      subscription = subscribe(discovery, options);
      for (let next = await subscription.next(); next.done !== true; next = await subscription.next()) {
        goodSince ??= clock.now();
        yield next.value;
        await pause(signal);
      }
      error = new DiscoveryError('the watch ended by itself; a driver ends only when its signal is aborted');
    } catch (thrown) {
      error = thrown;
    } finally {
      await subscription?.close();
    }
    if (signal.aborted) return;

    // A watch that yields and throws at once is no success: only one that lasted ends the series.
    if (goodSince !== undefined && clock.now() - goodSince >= resetAfterMs) {
      backoff.reset();
      attempt = 0;
    }
    attempt++;
    const retryInMs = backoff.next();
    onFailure({ type: 'discoveryFailed', error, attempt, retryInMs });
    await sleepUnlessAborted(clock, retryInMs, signal);
  }
}

async function sleepUnlessAborted(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(clock, ms, signal);
  } catch {
    // Aborted: the caller's loop sees it.
  }
}
