import type { Candidate, PickContext, Random, Strategy } from '@evenkeel/core';

export interface RoundRobinOptions {
  /** Chooses where the first round starts, so that clients do not all begin with the same endpoint. @default Math.random */
  readonly random?: Random;
}

/**
 * Picks one candidate after the other. Ignores weights; {@link smoothWeightedRoundRobin} honours them.
 *
 * The round survives updates: those that stay keep their places whatever the order of the new list, and newcomers join
 * at the end of the round under way.
 */
export function roundRobin(options: RoundRobinOptions = {}): Strategy {
  return new RoundRobin(options.random ?? Math.random);
}

class RoundRobin implements Strategy {
  readonly name = 'round-robin';
  private readonly random: Random;
  private round: Candidate[] = [];
  private next = 0;

  constructor(random: Random) {
    this.random = random;
  }

  update(candidates: readonly Candidate[]): void {
    const joining = new Set(candidates);
    const { round } = this;
    if (round.length === 0) {
      this.round = [...joining];
      this.next = Math.floor(this.random() * this.round.length);
      return;
    }
    const staying: Candidate[] = [];
    for (let i = 0; i < round.length; i++) {
      const candidate = round[(this.next + i) % round.length];
      if (candidate !== undefined && joining.delete(candidate)) staying.push(candidate);
    }
    this.round = [...staying, ...joining];
    this.next = 0;
  }

  pick(context: PickContext): Candidate | undefined {
    const { round } = this;
    const { exclude } = context;
    for (let i = 0; i < round.length; i++) {
      const candidate = round[this.next];
      if (++this.next >= round.length) this.next = 0;
      if (exclude === undefined || (candidate !== undefined && !exclude.has(candidate.endpoint.id)))
        return candidate;
    }
    return undefined;
  }

  clone(): Strategy {
    return new RoundRobin(this.random);
  }
}
