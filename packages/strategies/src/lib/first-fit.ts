import { type Candidate, requiredNumber, type Strategy } from '@evenkeel/core';

export interface FirstFitOptions {
  /** Requests in flight that fill an endpoint of weight 1, at least 1; others in proportion to their weight. */
  readonly maxInFlight: number;
}

/**
 * Fills the candidates in the given order, each up to its limit, so that the last ones idle and can be switched off
 * (HAProxy's `first`). When all are full, the one with the fewest requests in flight for its weight gets the request.
 *
 * Costs O(full candidates) a pick.
 *
 * @throws InvalidOptionsError when `maxInFlight` is missing or below 1
 */
export function firstFit(options: FirstFitOptions): Strategy {
  const maxInFlight = requiredNumber('maxInFlight', options.maxInFlight, { min: 1 });
  let candidates: readonly Candidate[] = [];
  return {
    name: 'first-fit',
    update(list) {
      candidates = list;
    },
    pick({ exclude }) {
      let emptiest: Candidate | undefined;
      let lowest = Number.POSITIVE_INFINITY;
      for (const candidate of candidates) {
        if (exclude?.has(candidate.endpoint.id) === true) continue;
        const load = candidate.inFlight / candidate.weight;
        if (load < maxInFlight) return candidate;
        if (load >= lowest) continue;
        lowest = load;
        emptiest = candidate;
      }
      return emptiest;
    },
    clone: () => firstFit(options),
  };
}
