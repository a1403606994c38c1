import type { Candidate, Strategy } from '@evenkeel/core';

/** Picks the first endpoint that is not excluded, so that tests know who is asked. */
export function inOrder(): Strategy {
  let candidates: readonly Candidate[] = [];
  return {
    name: 'in-order',
    update: (list) => {
      candidates = list;
    },
    pick: ({ exclude }) => candidates.find(({ endpoint }) => exclude?.has(endpoint.id) !== true),
  };
}
