/** Why a watch yields again: a change, or trouble that ends it. What comes while nobody waits is not lost. */
export interface News {
  /** Ends the present wait, or the next one. */
  change(): void;
  /** Ends the present wait, or the next one, with an error. The first one counts. */
  fail(error: unknown): void;
  /**
   * Resolves after a change.
   *
   * @throws what `fail` was given
   */
  wait(): Promise<void>;
}

/** Makes an empty one, for one waiter. */
export function createNews(): News {
  let changed = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = (): void => {};

  return {
    change() {
      changed = true;
      wake();
    },
    fail(error) {
      failure ??= { error };
      wake();
    },
    async wait() {
      if (!changed && failure === undefined) {
        const woken = Promise.withResolvers<void>();
        wake = woken.resolve;
        await woken.promise;
      }
      changed = false;
      if (failure !== undefined) throw failure.error;
    },
  };
}
