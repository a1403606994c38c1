import type { Candidate, Random, Strategy } from '@evenkeel/core';
import { Sampler } from './sampler.ts';

/** What the random strategies share. */
export function randomChoice(name: string, random: Random, weighted: boolean): Strategy {
  const sampler = new Sampler(random, weighted);
  let candidates: readonly Candidate[] = [];
  return {
    name,
    update(list) {
      candidates = list;
      sampler.update(list);
    },
    pick(context) {
      const index = sampler.drawExcept(context.exclude);
      return index === -1 ? undefined : candidates[index];
    },
    clone: () => randomChoice(name, random, weighted),
  };
}
