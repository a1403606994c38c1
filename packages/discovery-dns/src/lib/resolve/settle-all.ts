/**
 * Waits for all, then throws the first failure: unlike `Promise.all` it leaves none running behind its back.
 *
 * @throws what the first of the rejected ones rejected with
 */
export async function settleAll<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
