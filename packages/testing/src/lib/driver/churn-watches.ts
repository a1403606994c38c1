import assert from 'node:assert/strict';
import type { Discovery } from '@evenkeel/core';
import { heapUsed } from './heap-used.ts';

const ROUNDS = 50;
const WATCHES_A_ROUND = 20;
/** Until then everything that is made once is made. */
const WARM_UP_ROUNDS = 10;

/**
 * Opens 1,000 watches, twenty at a time, and ends each of them in one of the ways there are: by its signal or by its
 * consumer, before and after a snapshot.
 *
 * @returns what the heap had in use after the first 200, in bytes
 * @throws AssertionError when a watch goes on after its end
 */
export async function churnWatches(discovery: Discovery): Promise<number> {
  let usedAfterWarmUp = 0;
  for (let round = 0; round < ROUNDS; round++) {
    if (round === WARM_UP_ROUNDS) usedAfterWarmUp = heapUsed();
    const all = Array.from({ length: WATCHES_A_ROUND }, async (_, index) => {
      const controller = new AbortController();
      const watch = discovery.watch({ signal: controller.signal })[Symbol.asyncIterator]();
      if (index % 4 !== 0) await watch.next();
      if (index % 2 === 0) controller.abort();
      else await watch.return?.();
      assert.equal((await watch.next()).done, true, 'the watch goes on after its end');
    });
    await Promise.all(all);
  }
  return usedAfterWarmUp;
}
