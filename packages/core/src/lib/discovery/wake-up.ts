import { type Clock, systemClock } from '../clock.ts';

/** When a wait may end, by the clock, in ms. */
export interface WaitBounds {
  /** Not before this moment, whatever happens but a failure. @default at once */
  readonly earliest?: number;
  /** At this moment even if nothing happened. @default never */
  readonly latest?: number;
}

/**
 * Lets the loop of a watch wait for "something happened": a change, a moment, or trouble that ends it. What happens while
 * nobody waits is not lost, and counts once.
 */
export interface WakeUp {
  /** Ends the present wait, or the next one. */
  notify(): void;
  /** Ends the present wait and all later ones with an error. The first one counts. */
  fail(error: unknown): void;
  /**
   * Resolves at the first `notify` since the last wait, within the bounds. For one waiter at a time.
   *
   * @throws what `fail` was given, at once
   */
  wait(bounds?: WaitBounds): Promise<void>;
}

/**
 * Makes a {@link WakeUp}.
 *
 * @param clock measures the bounds of waits that have some
 */
export function wakeUp(clock: Clock = systemClock): WakeUp {
  let notified = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = (): void => {};

  const until = async (moment: number, isOver: () => boolean): Promise<void> => {
    while (!isOver() && failure === undefined) {
      const leftMs = moment - clock.now();
      if (leftMs <= 0) return;
      const woken = Promise.withResolvers<void>();
      wake = woken.resolve;
      using _timer = leftMs === Number.POSITIVE_INFINITY ? undefined : clock.setTimer(woken.resolve, leftMs);
      await woken.promise;
    }
  };

  return {
    notify() {
      notified = true;
      wake();
    },
    fail(error) {
      failure ??= { error };
      wake();
    },
    async wait({ earliest = Number.NEGATIVE_INFINITY, latest = Number.POSITIVE_INFINITY } = {}) {
      await until(latest, () => notified);
      await until(earliest, () => false);
      notified = false;
      if (failure !== undefined) throw failure.error;
    },
  };
}
