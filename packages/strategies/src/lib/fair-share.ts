import type { Candidate, Random } from '@evenkeel/core';

/** How many picks a candidate may fall behind or run ahead of its fair share before the rest is forgotten. */
const MEMORY_PICKS = 16;

/**
 * Remembers who is behind the share that its weight promises, to break ties exactly: among equals the one furthest
 * behind is next, which is a weighted round robin and never the same candidate twice in a row for want of a better rule.
 *
 * Each pick moves a candidate's pass on by 1 / weight, as in stride scheduling (Waldspurger and Weihl, 1995). The
 * memory is short, so a candidate that got less for good reasons (load, failures) is not owed that traffic later.
 */
export class FairShare {
  private readonly random: Random;
  private slots = new Map<Candidate, number>();
  /** For each candidate its pass and its step, 1 / weight, side by side: a pick reads both or neither. */
  private data: Float64Array = new Float64Array(0);
  private step = 0;
  private now = 0;

  constructor(random: Random) {
    this.random = random;
  }

  update(candidates: readonly Candidate[]): void {
    const data = new Float64Array(2 * candidates.length);
    const slots = new Map<Candidate, number>();
    let totalWeight = 0;
    for (const [slot, candidate] of candidates.entries()) {
      const step = 1 / candidate.weight;
      const old = this.slots.get(candidate);
      const ahead = old === undefined ? this.random() - 0.5 : this.ahead(old);
      data[2 * slot] = ahead * step;
      data[2 * slot + 1] = step;
      slots.set(candidate, slot);
      totalWeight += candidate.weight;
    }
    this.data = data;
    this.slots = slots;
    this.step = 1 / totalWeight;
    this.now = 0;
  }

  /** Whether the first of two is further behind its share than the second. */
  isBehind(slot: number, other: number): boolean {
    return this.pass(slot) < this.pass(other);
  }

  /** Takes note of a pick. */
  charge(slot: number): void {
    const step = this.data[2 * slot + 1] ?? 0;
    const pass = this.pass(slot) + step;
    this.data[2 * slot] = pass;
    // Time also follows whoever runs furthest ahead, so that those in use keep their order while others stand still.
    this.now = Math.max(this.now + this.step, pass - MEMORY_PICKS * step);
  }

  private pass(slot: number): number {
    return Math.max(this.data[2 * slot] ?? 0, this.now - MEMORY_PICKS * (this.data[2 * slot + 1] ?? 0));
  }

  /** Picks ahead of the fair share; negative when behind. */
  private ahead(slot: number): number {
    return (this.pass(slot) - this.now) / (this.data[2 * slot + 1] ?? 1);
  }
}
