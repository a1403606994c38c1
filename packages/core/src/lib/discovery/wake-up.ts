/** Lets one loop wait for "something happened"; what happens while nobody waits is not lost, and counts once. */
export interface WakeUp {
  /** Ends the present wait, or the next one. */
  notify(): void;
  /** Resolves at the first `notify` since the last wait. For one waiter at a time. */
  wait(): Promise<void>;
}

/** Makes a {@link WakeUp}. */
export function wakeUp(): WakeUp {
  let notified = false;
  let waiter: (() => void) | undefined;
  return {
    notify() {
      notified = true;
      waiter?.();
    },
    async wait() {
      if (!notified) {
        await new Promise<void>((resolve) => {
          waiter = resolve;
        });
        waiter = undefined;
      }
      notified = false;
    },
  };
}
