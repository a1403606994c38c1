import type { Random, Strategy } from '@evenkeel/core';
import { randomChoice } from './random-choice.ts';

export interface RandomOptions {
  /** @default Math.random */
  readonly random?: Random;
}

/**
 * Picks a candidate at random, each as likely as any other: no state, so clients never fall into step. Ignores
 * weights; {@link weightedRandom} honours them.
 */
export function random(options: RandomOptions = {}): Strategy {
  return randomChoice('random', options.random ?? Math.random, false);
}
