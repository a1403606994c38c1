import type { Candidate, Strategy } from '@evenkeel/core';

/**
 * Picks the first candidate of the list, and the next one only while those before it are excluded or gone: one
 * endpoint works, the others stand by. Ignores weights and load.
 */
export function failoverOrder(): Strategy {
  let candidates: readonly Candidate[] = [];
  return {
    name: 'failover-order',
    update(list) {
      candidates = list;
    },
    pick({ exclude }) {
      if (exclude === undefined) return candidates[0];
      for (const candidate of candidates) if (!exclude.has(candidate.endpoint.id)) return candidate;
      return undefined;
    },
    clone: () => failoverOrder(),
  };
}
