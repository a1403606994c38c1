import fc from 'fast-check';

/** How long to look for faults, in ms. */
export const FUZZ_MS: number = Number(process.env.FUZZ_MS ?? 5_000);

/**
 * Looks for a value for which something does not hold. A failure tells the seed, and the smallest value that was found.
 *
 * @param seed where to begin, unless `FUZZ_SEED` says otherwise
 */
export async function fuzz<T>(
  values: fc.Arbitrary<T>,
  holds: (value: T) => Promise<void>,
  seed: number,
): Promise<void> {
  let running = Promise.resolve();
  const property = fc.asyncProperty(values, (value) => {
    running = holds(value);
    return running;
  });
  await fc.assert(property, {
    seed: Number(process.env.FUZZ_SEED ?? seed),
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: FUZZ_MS,
    markInterruptAsFailure: false,
  });
  // The time may be up in the middle of a run, which would meddle with what comes next.
  await running;
}
