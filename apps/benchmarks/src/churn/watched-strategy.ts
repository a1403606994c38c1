import type { Candidate, Strategy } from '@evenkeel/core';

/** A strategy that remembers who its candidates were at first and who they are now. */
export interface WatchedStrategy extends Strategy {
  readonly first: ReadonlyMap<string, Candidate>;
  readonly latest: readonly Candidate[];
}

/** Wraps a strategy. */
export function watchedStrategy(strategy: Strategy): WatchedStrategy {
  let first: ReadonlyMap<string, Candidate> = new Map();
  let latest: readonly Candidate[] = [];
  return {
    name: strategy.name,
    get first() {
      return first;
    },
    get latest() {
      return latest;
    },
    update(candidates) {
      if (first.size === 0)
        first = new Map(candidates.map((candidate) => [candidate.endpoint.id, candidate]));
      latest = candidates;
      strategy.update(candidates);
    },
    pick: (context) => strategy.pick(context),
    observe: (candidate, observation) => strategy.observe?.(candidate, observation),
  };
}
