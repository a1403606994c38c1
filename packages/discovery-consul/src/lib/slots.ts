/** A number of places that requests or watches take and give back. */
export interface Slots {
  /** Undefined when all are taken. */
  take(): Disposable | undefined;
  /**
   * Waits in line.
   *
   * @throws the signal's reason
   */
  wait(signal: AbortSignal): Promise<Disposable>;
}

/** Makes free ones. */
export function createSlots(count: number): Slots {
  let free = count;
  const line = new Set<() => void>();

  const take = (): Disposable | undefined => {
    if (free === 0) return undefined;
    free--;
    let isTaken = true;
    return {
      [Symbol.dispose]() {
        if (!isTaken) return;
        isTaken = false;
        free++;
        const [next] = line;
        next?.();
      },
    };
  };

  return {
    take,
    wait: (signal) =>
      new Promise((resolve, reject) => {
        const onAbort = (): void => {
          line.delete(enter);
          reject(signal.reason);
        };
        const enter = (): void => {
          const slot = take();
          if (slot === undefined) return;
          line.delete(enter);
          signal.removeEventListener('abort', onAbort);
          resolve(slot);
        };
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        signal.addEventListener('abort', onAbort, { once: true });
        line.add(enter);
        enter();
      }),
  };
}
