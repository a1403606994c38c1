import { availableParallelism } from 'node:os';

/** Maps all items, a few at a time; results keep the items' order. */
export async function mapParallel<T, R>(
  items: readonly T[],
  transform: (item: T) => Promise<R>,
  concurrency: number = availableParallelism(),
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await transform(item);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  return results;
}
