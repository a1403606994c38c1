import type { AdminTarget, CommandResult } from './admin-target.ts';

/**
 * Makes one target of several workers. One that ends while it is asked is left out.
 *
 * @param targets the workers that serve now
 */
export function mergedTarget(targets: () => readonly AdminTarget[]): AdminTarget {
  return {
    state: async () => (await answers(targets(), (target) => target.state())).flat(),
    command: async (command) => mergeResults(await answers(targets(), (target) => target.command(command))),
  };
}

async function answers<T>(
  targets: readonly AdminTarget[],
  ask: (target: AdminTarget) => Promise<T>,
): Promise<T[]> {
  const settled = await Promise.allSettled(targets.map(ask));
  return settled.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}

/** Done when one of them could: endpoints become known to each in its own time. A shared store is told when all say so. */
function mergeResults(results: readonly CommandResult[]): CommandResult {
  const [first] = results;
  if (first === undefined) return { done: false, error: 'not-found', message: 'no worker is running' };
  const done = results.filter((result) => result.done);
  const [one] = done;
  if (one === undefined) return first;
  if (one.stores === undefined) return one;
  return { done: true, stores: one.stores, shared: done.every(({ shared }) => shared !== false) };
}
