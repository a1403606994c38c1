/** Samples needed for a quantile that means something. */
const ENOUGH = 8;

/** A quantile of the last samples of a stream, always up to date: the samples are kept in order. */
export class RecentQuantile {
  /** Which quantile, 0–1. */
  quantile: number;
  private readonly samples: Float64Array;
  private readonly sorted: Float64Array;
  private count = 0;

  /**
   * @param quantile 0–1
   * @param size samples to remember
   */
  constructor(quantile: number, size: number) {
    this.quantile = quantile;
    this.samples = new Float64Array(size);
    this.sorted = new Float64Array(size);
  }

  add(sample: number): void {
    const { samples, sorted } = this;
    const slot = this.count % samples.length;
    const filled = Math.min(this.count, samples.length);
    // Where the oldest leaves a gap, or behind all; the others move up to where the new one belongs.
    let gap = filled === samples.length ? sorted.indexOf(samples[slot] ?? 0) : filled;
    for (; gap > 0 && (sorted[gap - 1] ?? 0) > sample; gap--) sorted[gap] = sorted[gap - 1] ?? 0;
    for (; gap < filled - 1 && (sorted[gap + 1] ?? 0) < sample; gap++) sorted[gap] = sorted[gap + 1] ?? 0;
    sorted[gap] = sample;
    samples[slot] = sample;
    this.count++;
  }

  /** The quantile; infinite before there are enough samples. */
  get value(): number {
    const filled = Math.min(this.count, this.samples.length);
    if (filled < ENOUGH) return Number.POSITIVE_INFINITY;
    return this.sorted[Math.min(filled - 1, Math.floor(this.quantile * filled))] ?? 0;
  }
}
