import type { Clock } from '@evenkeel/core';

/**
 * Why a watch reads again: a message, a timer, or trouble that ends it. What comes while nobody waits is
 * not lost.
 */
export interface News {
  /** Reads again soon. */
  change(): void;
  /** Ends the present wait, or the next one, with an error. The first one counts. */
  fail(error: unknown): void;
  /**
   * Resolves at `latest`, or after a change if that is earlier, but not before `earliest`; both by the
   * clock, in ms.
   *
   * @throws what `fail` was given, at once
   */
  wait(latest: number, earliest: number): Promise<void>;
}

/** Makes an empty one, for one waiter. */
export function createNews(clock: Clock): News {
  let changed = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = (): void => {};

  const until = async (moment: number, isOver: () => boolean): Promise<void> => {
    while (!isOver() && failure === undefined) {
      const leftMs = moment - clock.now();
      if (leftMs <= 0) return;
      const woken = Promise.withResolvers<void>();
      wake = woken.resolve;
      using _timer = clock.setTimer(woken.resolve, leftMs);
      await woken.promise;
    }
  };

  return {
    change() {
      changed = true;
      wake();
    },
    fail(error) {
      failure ??= { error };
      wake();
    },
    async wait(latest, earliest) {
      await until(latest, () => changed);
      await until(earliest, () => false);
      changed = false;
      if (failure !== undefined) throw failure.error;
    },
  };
}
