/** The requests to stop that were heard so far. */
export interface Stops {
  readonly count: number;
  /** Resolves once more than so many were heard. */
  after(count: number): Promise<void>;
}

/** Counts requests to stop from now on. */
export function countStops(onStop: (callback: () => void) => void): Stops {
  let count = 0;
  const waiting = new Set<() => void>();
  onStop(() => {
    count++;
    for (const check of waiting) check();
  });
  return {
    get count() {
      return count;
    },
    after: (least) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (count > least) resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}
