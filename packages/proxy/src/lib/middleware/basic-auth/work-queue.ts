/** Runs pieces of work, a few at a time; refuses what would have to wait behind too many. */
export interface WorkQueue {
  /** Undefined when too many wait. */
  run<T>(work: () => Promise<T>): Promise<T> | undefined;
}

/**
 * @param atOnce how many run at the same time
 * @param maxWaiting how many more may wait
 */
export function workQueue(atOnce: number, maxWaiting: number): WorkQueue {
  let running = 0;
  const waiting: (() => void)[] = [];
  const turn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
  return {
    run: (work) => (running >= atOnce && waiting.length >= maxWaiting ? undefined : turn(work)),
  };
}
