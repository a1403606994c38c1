/** Weights are scaled so that the largest is this, as in a 16-bit scheduler. */
const MAX_WEIGHT = 65_535;
/** Weights above this multiple of the mean are capped, so that a pick needs few steps on average. */
const MAX_RATIO = 10;
/** Weights below this share of the mean are raised to it. */
const MIN_RATIO = 0.01;

/**
 * A weighted round robin that picks in O(1) and builds in O(n): gRPC's static stride scheduler (`StaticStrideScheduler`,
 * proposal A58). Time is divided into generations, in each of which every entry is looked at once and picked if its
 * weight says so. The caller keeps the sequence number, so a rebuilt scheduler goes on where the last one was.
 */
export class StaticStride {
  private readonly weights: Uint16Array;

  private constructor(weights: Uint16Array) {
    this.weights = weights;
  }

  /**
   * @param weights 0 stands for unknown and counts as the mean of the others
   * @returns undefined where there is nothing to weigh: fewer than two entries, all of them 0, or figures so far off that
   * they do not fit into 16 bits, where no entry would ever come up
   */
  static from(weights: ArrayLike<number>): StaticStride | undefined {
    let sum = 0;
    let known = 0;
    let max = 0;
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i] ?? 0;
      sum += weight;
      if (weight > 0) known++;
      max = Math.max(max, weight);
    }
    if (weights.length < 2 || known === 0) return undefined;
    const mean = sum / known;
    const cap = Math.min(max, mean * MAX_RATIO);
    const scale = MAX_WEIGHT / cap;
    if (!Number.isFinite(sum) || !Number.isFinite(scale)) return undefined;
    const floor = Math.max(1, Math.round(mean * scale * MIN_RATIO));
    const scaled = new Uint16Array(weights.length);
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i] ?? 0;
      scaled[i] = Math.max(floor, Math.round((weight > 0 ? Math.min(weight, cap) : mean) * scale));
    }
    return new StaticStride(scaled);
  }

  /** Whether the step with this sequence number is a pick, of entry `sequence % length`. */
  isPick(sequence: number): boolean {
    const { length } = this.weights;
    const index = sequence % length;
    const generation = Math.floor(sequence / length);
    const weight = this.weights[index] ?? 0;
    // The offset keeps entries of equal weight from resting in the same generation.
    const phase = (weight * generation + index * ((MAX_WEIGHT - 1) / 2)) % MAX_WEIGHT;
    return phase >= MAX_WEIGHT - weight;
  }
}
