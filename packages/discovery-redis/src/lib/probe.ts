import { type Clock, sleep } from '@evenkeel/core';

/** What is asked how often. */
export interface ProbeOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  /** Rejects when there is no answer. */
  readonly ask: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Asks again and again until it fails once or the signal is aborted. A server that is frozen closes no
 * connection and a subscriber waits for nothing, so only a question shows that nobody is there.
 */
export async function probe({ clock, intervalMs, signal, ask, onFailure }: ProbeOptions): Promise<void> {
  try {
    for (;;) {
      await sleep(clock, intervalMs, signal);
      await ask();
    }
  } catch (error) {
    if (!signal.aborted) onFailure(error);
  }
}
