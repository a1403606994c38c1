import { sleep } from '../clock.ts';
import { jittered } from '../random.ts';
import { fullJitterBackoff } from '../retry/backoff.ts';
import { callWithin } from './call-within.ts';
import type { HeartbeatSettings } from './heartbeat-options.ts';
import type { RegistrarEvent } from './registrar.ts';
import type { RegistryCall, RegistryEntry } from './registry-entry.ts';

/** One endpoint's time in the registry, from the first attempt to put it there. */
export interface Stay {
  /** Whether the registry knows the endpoint, as far as this side can tell. */
  readonly known: boolean;
  /** Resolves with the first success; rejects when there will be none. */
  readonly registered: Promise<void>;
  /**
   * Ends heartbeats and retries. Resolves when no call is on its way any more, which takes one time limit
   * at most.
   */
  end(reason: unknown): Promise<void>;
}

/** What a stay needs. */
export interface StayOptions {
  readonly entry: RegistryEntry;
  readonly settings: HeartbeatSettings;
  readonly emit: (event: RegistrarEvent) => void;
}

const JITTER_RATIO = 0.2;

/**
 * Puts the endpoint into the registry and keeps it there: heartbeats, retries with back-off, a new put when
 * the registry lost it.
 */
export function startStay({ entry, settings, emit }: StayOptions): Stay {
  const { ttlMs, clock, random, failFast } = settings;
  const intervalMs = ttlMs / 3;
  const backoff = fullJitterBackoff({ minMs: 100, baseMs: 200, maxMs: Math.min(2_000, intervalMs), random });
  const controller = new AbortController();
  const { signal } = controller;
  const registered = Promise.withResolvers<void>();
  // Waiting for it is up to the caller; events tell the same.
  registered.promise.catch(() => {});
  let known = false;
  let everKnown = false;

  const call = <T>(what: string, run: (options: RegistryCall) => Promise<T>): Promise<T> =>
    callWithin({ clock, timeoutMs: settings.timeoutMs, subject: what }, (callSignal) =>
      run({ signal: callSignal, ttlMs }),
    );

  /** Calls until it works, with back-off. Throws when the stay ends, or at once if the error is final. */
  const retry = async <T>(
    type: 'registrationFailed' | 'heartbeatFailed',
    attemptOnce: () => Promise<T>,
    isFinal: () => boolean,
  ): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      try {
        const result = await attemptOnce();
        backoff.reset();
        return result;
      } catch (error) {
        if (signal.aborted) throw error;
        const retryInMs = backoff.next();
        emit({ type, error, attempt, retryInMs });
        if (isFinal()) throw error;
        await sleep(clock, retryInMs, signal);
      }
    }
  };
  const put = async (): Promise<void> => {
    await retry(
      'registrationFailed',
      () => call('registration', (options) => entry.put(options)),
      () => failFast && !everKnown,
    );
    signal.throwIfAborted();
    known = true;
    everKnown = true;
    emit({ type: 'registered' });
    registered.resolve();
  };

  const pause = async (): Promise<void> => {
    const delayMs = jittered(intervalMs, JITTER_RATIO, random);
    const dueAt = clock.now() + delayMs;
    await sleep(clock, delayMs, signal);
    const lagMs = clock.now() - dueAt;
    if (lagMs > intervalMs) emit({ type: 'heartbeatLate', lagMs, ttlMs });
  };
  const live = async (): Promise<never> => {
    await put();
    for (;;) {
      await pause();
      const answer = await retry(
        'heartbeatFailed',
        () => call('heartbeat', (options) => entry.beat(options)),
        () => false,
      );
      if (answer === 'known') continue;
      known = false;
      if (!signal.aborted) emit({ type: 'registrationLost' });
      await put();
    }
  };
  const over = live().catch((error: unknown) => {
    known = false;
    registered.reject(signal.aborted ? signal.reason : error);
  });

  return {
    get known() {
      return known;
    },
    registered: registered.promise,
    end(reason) {
      controller.abort(reason);
      return over;
    },
  };
}
