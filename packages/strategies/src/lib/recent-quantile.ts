/** Samples between two computations: a quantile that is a few samples old is as good. */
const REFRESH_EVERY = 64;

/** A quantile of the last samples of a stream. */
export class RecentQuantile {
  /** Which quantile, 0–1; a change counts from the next computation on. */
  quantile: number;
  private readonly samples: Float64Array;
  private readonly sorted: Float64Array;
  private count = 0;
  private current = Number.POSITIVE_INFINITY;

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
    this.samples[this.count++ % this.samples.length] = sample;
    if (this.count % REFRESH_EVERY === 0) this.refresh();
  }

  /** The quantile; infinite before there are enough samples. */
  get value(): number {
    return this.current;
  }

  private refresh(): void {
    const filled = Math.min(this.count, this.samples.length);
    const sorted = this.sorted.subarray(0, filled);
    sorted.set(this.samples.subarray(0, filled));
    sorted.sort();
    this.current = sorted[Math.min(filled - 1, Math.floor(this.quantile * filled))] ?? this.current;
  }
}
