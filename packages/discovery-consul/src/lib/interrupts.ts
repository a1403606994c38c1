/** Ends one attempt of something that goes on. */
export interface Interrupts {
  /** Ends the present attempt, if there is one. */
  interrupt(): void;
  /**
   * Runs an attempt. Undefined when it was interrupted.
   *
   * @param signal ends it for good
   * @throws whatever the attempt throws
   */
  attempt<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T | undefined>;
}

/** Makes them, for one attempt at a time. */
export function createInterrupts(): Interrupts {
  const interrupted = new Error('interrupted');
  let current: AbortController | undefined;
  return {
    interrupt: () => current?.abort(interrupted),
    async attempt(signal, run) {
      const controller = new AbortController();
      const onAbort = (): void => controller.abort(signal.reason);
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      current = controller;
      try {
        return await run(controller.signal);
      } catch (error) {
        if (error === interrupted) return undefined;
        throw error;
      } finally {
        current = undefined;
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}
