import type { Candidate, PickContext, Random, Strategy } from '@evenkeel/core';
import { DeadlineQueue } from './deadline-queue.ts';
import { SmoothSchedule } from './smooth-schedule.ts';

export interface SmoothWeightedRoundRobinOptions {
  /** Chooses where the first cycle starts, so that clients do not all begin with the same endpoint. @default Math.random */
  readonly random?: Random;
}

/** Above this many candidates a pick that looks at each of them costs more than one through a queue. */
const SCAN_UP_TO = 64;

/**
 * Picks candidates in proportion to their weights and as evenly spread as can be: weights 5, 1, 1 give a a b a c a a.
 *
 * Up to 64 candidates this is nginx's algorithm with its exact sequences; above it is earliest deadline first, in
 * O(log n), whose sequences are as smooth but not the same. Positions survive updates and changes of weight.
 */
export function smoothWeightedRoundRobin(options: SmoothWeightedRoundRobinOptions = {}): Strategy {
  return new SmoothWeightedRoundRobin(options.random ?? Math.random);
}

class SmoothWeightedRoundRobin implements Strategy {
  readonly name = 'smooth-weighted-round-robin';
  private readonly random: Random;
  private schedule: SmoothSchedule | DeadlineQueue;

  constructor(random: Random) {
    this.random = random;
    this.schedule = new SmoothSchedule(random);
  }

  update(candidates: readonly Candidate[]): void {
    const isSmall = candidates.length <= SCAN_UP_TO;
    if (isSmall !== this.schedule instanceof SmoothSchedule)
      this.schedule = isSmall ? new SmoothSchedule(this.random) : new DeadlineQueue(this.random);
    this.schedule.update(candidates);
  }

  pick(context: PickContext): Candidate | undefined {
    return this.schedule.pick(context.exclude);
  }

  clone(): Strategy {
    return new SmoothWeightedRoundRobin(this.random);
  }
}
