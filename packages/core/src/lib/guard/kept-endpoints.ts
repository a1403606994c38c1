import type { Endpoint } from '../endpoint.ts';

/**
 * Why an endpoint stays although the last snapshot does not list it. `stale` and `empty`: that snapshot is in doubt, the
 * next one decides. `reset`, `massRemoval`: a suspect, until its time is over or a check fails. `healthy`: its active
 * checks pass.
 */
export type KeepReason = 'stale' | 'empty' | 'reset' | 'massRemoval' | 'healthy';

/** An endpoint that stays for a reason, until a time. */
export interface Kept {
  readonly endpoint: Endpoint;
  readonly reason: KeepReason;
  readonly until: number;
}

/** The endpoints that stay, by id, counted by reason. */
export interface KeptEndpoints {
  readonly byId: ReadonlyMap<string, Kept>;
  count(reason: KeepReason): number;
  add(endpoint: Endpoint, reason: KeepReason, until: number): void;
  remove(id: string): boolean;
  clear(): void;
  /** The earliest `until`, `Infinity` without any. */
  nextDeadline(): number;
}

/** Makes an empty set of kept endpoints. */
export function keptEndpoints(): KeptEndpoints {
  const byId = new Map<string, Kept>();
  const counts = { stale: 0, empty: 0, reset: 0, massRemoval: 0, healthy: 0 };
  const remove = (id: string): boolean => {
    const kept = byId.get(id);
    if (kept !== undefined) counts[kept.reason]--;
    return byId.delete(id);
  };
  return {
    byId,
    count: (reason) => counts[reason],
    add(endpoint, reason, until) {
      remove(endpoint.id);
      byId.set(endpoint.id, { endpoint, reason, until });
      counts[reason]++;
    },
    remove,
    clear() {
      for (const id of [...byId.keys()]) remove(id);
    },
    nextDeadline() {
      let next = Number.POSITIVE_INFINITY;
      for (const { until } of byId.values()) next = Math.min(next, until);
      return next;
    },
  };
}
