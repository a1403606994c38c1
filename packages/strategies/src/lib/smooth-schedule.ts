import type { Candidate, Random } from '@evenkeel/core';

/** The first cycle is entered after at most this many picks: enough to part clients, cheap enough at the start. */
const MAX_START = 1_024;

/**
 * nginx's smooth weighted round robin: each pick raises every current weight by its weight, takes the largest, and
 * lowers that by the total. O(n) a pick.
 */
export class SmoothSchedule {
  private readonly random: Random;
  private candidates: readonly Candidate[] = [];
  private weights: Float64Array = new Float64Array(0);
  private current: Float64Array = new Float64Array(0);
  private totalWeight = 0;

  constructor(random: Random) {
    this.random = random;
  }

  update(candidates: readonly Candidate[]): void {
    const isFirst = this.candidates.length === 0;
    const before = new Map<Candidate, number>();
    for (const [i, candidate] of this.candidates.entries()) before.set(candidate, this.current[i] ?? 0);
    const totalWeight = candidates.reduce((sum, { weight }) => sum + weight, 0);
    const scale = isFirst ? 1 : totalWeight / this.totalWeight;
    this.candidates = candidates;
    this.totalWeight = totalWeight;
    this.weights = Float64Array.from(candidates, ({ weight }) => weight);
    this.current = Float64Array.from(candidates, (candidate) => (before.get(candidate) ?? 0) * scale);
    this.center();
    if (isFirst) this.skip();
  }

  pick(exclude: ReadonlySet<string> | undefined): Candidate | undefined {
    const { candidates, weights, current } = this;
    let total = 0;
    let best = -1;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < candidates.length; i++) {
      if (exclude?.has(candidates[i]?.endpoint.id ?? '') === true) continue;
      const weight = weights[i] ?? 0;
      const raised = (current[i] ?? 0) + weight;
      current[i] = raised;
      total += weight;
      if (raised > highest) {
        highest = raised;
        best = i;
      }
    }
    if (best === -1) return undefined;
    current[best] = highest - total;
    return candidates[best];
  }

  /** Current weights sum to 0 but for those that left; a newcomer, at 0, is to be neither ahead nor behind. */
  private center(): void {
    const { current } = this;
    const mean = current.reduce((sum, value) => sum + value, 0) / Math.max(1, current.length);
    for (let i = 0; i < current.length; i++) current[i] = (current[i] ?? 0) - mean;
  }

  private skip(): void {
    if (this.candidates.length < 2) return;
    for (let left = Math.floor(this.random() * MAX_START); left > 0; left--) this.pick(undefined);
  }
}
