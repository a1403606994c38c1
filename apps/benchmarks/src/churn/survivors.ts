import type { Cluster } from '@evenkeel/core';
import type { LedgerEntry } from './traffic.ts';
import type { WatchedStrategy } from './watched-strategy.ts';

/**
 * Counts the endpoints in the ledger whose state the cluster has lost: a counter that differs from the ledger's, a request in
 * flight that went missing, or another candidate object under the same id.
 */
export function countLost(
  cluster: Cluster,
  strategy: WatchedStrategy,
  ledger: ReadonlyMap<string, LedgerEntry>,
): number {
  const states = new Map(cluster.inspect().endpoints.map((state) => [state.id, state]));
  const candidates = new Map(strategy.latest.map((candidate) => [candidate.endpoint.id, candidate]));
  let lost = 0;
  for (const [id, { successes, failures }] of ledger) {
    const state = states.get(id);
    const candidate = candidates.get(id);
    const kept =
      state !== undefined &&
      state.successes === successes &&
      state.failures === failures &&
      state.inFlight === state.picks - successes - failures &&
      // One that is ejected now is no candidate.
      (candidate === undefined || candidate === strategy.first.get(id));
    if (!kept) lost++;
  }
  return lost;
}
