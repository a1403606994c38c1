/** What a request that never ended is rejected with. */
export class HungError extends Error {
  readonly code = 'HUNG';
}

/**
 * Rejects with a {@link HungError} when the promise has not settled after `ms` milliseconds, so that a client which hangs is
 * counted and does not hang the benchmark.
 */
export async function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HungError(`no answer after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
