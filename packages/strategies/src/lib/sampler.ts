import type { Candidate, Random } from '@evenkeel/core';
import { QuickRandom } from './quick-random.ts';

/** Tries before a sampler that keeps hitting excluded candidates looks at all of them. */
const MAX_TRIES = 8;

/**
 * Draws candidates at random by weight in O(1), with the alias method (Walker 1977; Vose 1991). Draws that hit an
 * excluded candidate are repeated a few times; then all candidates are looked at, so a draw always ends.
 */
export class Sampler {
  private candidates: readonly Candidate[] = [];
  private readonly random: QuickRandom;
  private readonly weighted: boolean;
  /** Empty while all weights are equal. */
  private threshold: Float64Array = new Float64Array(0);
  private alias: Int32Array = new Int32Array(0);

  constructor(random: Random, weighted: boolean) {
    this.random = new QuickRandom(random);
    this.weighted = weighted;
  }

  update(candidates: readonly Candidate[]): void {
    this.candidates = candidates;
    const first = candidates[0]?.weight;
    if (!this.weighted || candidates.every(({ weight }) => weight === first)) {
      this.threshold = new Float64Array(0);
      return;
    }
    this.build();
  }

  /** A position in the list, by weight; -1 when the list is empty. */
  draw(): number {
    const count = this.candidates.length;
    if (count === 0) return -1;
    const scaled = this.random.next() * count;
    const index = Math.floor(scaled);
    if (this.threshold.length === 0) return index;
    // The fraction left after the choice of a column is uniform as well: one random number serves both.
    return scaled - index < (this.threshold[index] ?? 1) ? index : (this.alias[index] ?? index);
  }

  /** As {@link draw}, but never a candidate in `exclude`; -1 when there is no other. */
  drawExcept(exclude: ReadonlySet<string> | undefined): number {
    if (exclude === undefined || exclude.size === 0) return this.draw();
    for (let i = 0; i < MAX_TRIES; i++) {
      const index = this.draw();
      const candidate = this.candidates[index];
      if (candidate === undefined) return -1;
      if (!exclude.has(candidate.endpoint.id)) return index;
    }
    return this.scan(exclude);
  }

  /** Draws by weight in one pass over those that are not excluded (weighted reservoir sampling of one). */
  private scan(exclude: ReadonlySet<string>): number {
    let total = 0;
    let chosen = -1;
    for (let i = 0; i < this.candidates.length; i++) {
      const candidate = this.candidates[i];
      if (candidate === undefined || exclude.has(candidate.endpoint.id)) continue;
      const weight = this.weighted ? candidate.weight : 1;
      total += weight;
      if (chosen === -1 || this.random.next() * total < weight) chosen = i;
    }
    return chosen;
  }

  private build(): void {
    const count = this.candidates.length;
    let total = 0;
    for (const { weight } of this.candidates) total += weight;
    const threshold = new Float64Array(count);
    const alias = new Int32Array(count);
    const small: number[] = [];
    const large: number[] = [];
    for (let i = 0; i < count; i++) {
      const scaled = ((this.candidates[i]?.weight ?? 0) * count) / total;
      threshold[i] = scaled;
      (scaled < 1 ? small : large).push(i);
    }
    for (
      let from = small.pop(), to = large.pop();
      from !== undefined && to !== undefined;
      from = small.pop()
    ) {
      alias[from] = to;
      const left = (threshold[to] ?? 0) + (threshold[from] ?? 0) - 1;
      threshold[to] = left;
      if (left >= 1) continue;
      small.push(to);
      to = large.pop();
      if (to === undefined) break;
    }
    // What remains on either stack is 1 but for rounding.
    for (const i of [...small, ...large]) threshold[i] = 1;
    this.threshold = threshold;
    this.alias = alias;
  }
}
