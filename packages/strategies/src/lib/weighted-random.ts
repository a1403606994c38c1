import type { Random, Strategy } from '@evenkeel/core';
import { randomChoice } from './random-choice.ts';

export interface WeightedRandomOptions {
  /** @default Math.random */
  readonly random?: Random;
}

/** Picks a candidate at random with a probability in proportion to its weight, in O(1) by the alias method (Vose 1991). */
export function weightedRandom(options: WeightedRandomOptions = {}): Strategy {
  return randomChoice('weighted-random', options.random ?? Math.random, true);
}
