import type { Candidate, Strategy } from '@evenkeel/core';

/** Takes turns with nothing around it: what the benchmark's own loop costs. */
export function loopAlone(): Strategy {
  let candidates: readonly Candidate[] = [];
  let next = 0;
  return {
    name: 'loop-alone',
    update(list) {
      candidates = list;
    },
    pick() {
      if (++next >= candidates.length) next = 0;
      return candidates[next];
    },
  };
}
