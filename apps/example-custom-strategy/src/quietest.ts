import type { Candidate, Strategy } from '@evenkeel/core';

/** Picks the endpoint with the fewest requests in flight for its weight. */
export function quietest(): Strategy {
  let candidates: readonly Candidate[] = [];
  const load = ({ inFlight, weight }: Candidate) => (inFlight + 1) / weight;
  return {
    name: 'quietest',
    update(next) {
      candidates = next;
    },
    pick: ({ exclude = new Set() }) =>
      candidates.filter(({ endpoint }) => !exclude.has(endpoint.id)).sort((a, b) => load(a) - load(b))[0],
    clone: quietest,
  };
}
