import { type Clock, systemClock } from '../clock.ts';
import type { Discovery, Snapshot } from '../discovery.ts';
import { InvalidOptionsError } from '../errors.ts';
import { numberOption } from '../options.ts';
import type { Random } from '../random.ts';
import { shareMerger } from './merge-shares.ts';
import { type MergeSource, mergeSource } from './merge-source.ts';
import { wakeUp } from './wake-up.ts';

/** How several discoveries become one. */
export interface MergeDiscoveryOptions {
  /** How long the first snapshot waits for sources that have not answered, once one has, in ms. @default 1_000 */
  readonly initialWaitMs?: number;
  /** After this long without news from a source its share is given up, in ms. @default Infinity: never */
  readonly maxStaleMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

/**
 * Makes one discovery of several, such as two registries during a migration, or a registry with a static list
 * behind it. An endpoint is there while any source lists it. A source that fails is watched again on its own and keeps its last
 * share, for `maxStaleMs`; its errors reach the watcher's `onEvent`. Where sources disagree on a field, the earlier one wins.
 *
 * The snapshots are `stale` only while all sources are.
 *
 * @throws InvalidOptionsError when there is no source
 */
export function mergeDiscovery(
  sources: readonly Discovery[],
  options: MergeDiscoveryOptions = {},
): Discovery {
  const { clock = systemClock, random = Math.random } = options;
  const initialWaitMs = numberOption('initialWaitMs', options.initialWaitMs, 1_000);
  const maxStaleMs = numberOption('maxStaleMs', options.maxStaleMs, Number.POSITIVE_INFINITY, { min: 1 });
  if (sources.length === 0) throw new InvalidOptionsError('sources', sources, 'at least one discovery');

  return {
    async *watch({ signal, onEvent }) {
      const controller = new AbortController();
      const changes = wakeUp();
      const stop = (): void => {
        controller.abort(signal.reason);
        changes.notify();
      };
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });

      const all = sources.map((discovery, index) =>
        mergeSource(discovery, {
          name: `source ${index + 1} of ${sources.length}`,
          clock,
          random,
          signal: controller.signal,
          onChange: changes.notify,
          maxStaleMs,
          ...(onEvent && { onEvent }),
        }),
      );
      const following = Promise.all(all.map((source) => source.follow()));
      const merge = snapshotMerger(all);
      let patience: Disposable | undefined;
      let waiting = true;
      try {
        for (;;) {
          await changes.wait();
          if (signal.aborted) return;
          if (waiting && all.some(({ share }) => share === undefined)) {
            if (all.every(({ share }) => share === undefined)) continue;
            patience ??= clock.setTimer(() => {
              waiting = false;
              changes.notify();
            }, initialWaitMs);
            continue;
          }
          waiting = false;
          patience?.[Symbol.dispose]();
          yield merge();
        }
      } finally {
        signal.removeEventListener('abort', stop);
        patience?.[Symbol.dispose]();
        controller.abort();
        await following;
      }
    },
  };
}

function snapshotMerger(all: readonly MergeSource[]): () => Snapshot {
  const merger = shareMerger();
  return () => {
    const answered = all.filter(({ share }) => share !== undefined);
    // Translated before the merge forgets the endpoints that left.
    const left = all.flatMap((source) => source.takeDeregistered()).map((id) => merger.mergedId(id));
    const endpoints = merger.merge(answered.map(({ share = new Map() }) => share));
    const resets = all.reduce((sum, source) => sum + source.resets, 0);
    return {
      endpoints: [...endpoints.values()],
      // The stores have no common revision; a reset of any one is a reset of the whole.
      epoch: String(resets),
      deregistered: left.filter((id) => !endpoints.has(id)),
      stale: answered.every((source) => source.stale),
    };
  };
}
