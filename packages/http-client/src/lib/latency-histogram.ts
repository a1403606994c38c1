/** Eight linear steps for each power of two: a quantile is at most 12.5 % too high. */
const STEPS = 8;
/** The smallest latency told apart, in ms. */
const MIN_MS = 2 ** -4;
const OCTAVES = 24;
const HALF_LIFE_MS = 10_000;
const REFRESH_MS = 100;

/**
 * A streaming estimate of latency quantiles: counts in log-linear buckets, halved every 10 s, so that it follows a
 * change of load. Recording costs O(1); a quantile is scanned anew at most every 100 ms.
 */
export class LatencyHistogram {
  private readonly counts = new Float64Array(OCTAVES * STEPS);
  private total = 0;
  private decayedAt: number;
  private cachedAt = Number.NEGATIVE_INFINITY;
  private cachedRatio = Number.NaN;
  private cachedMs = 0;

  /** @param now clock time in ms */
  constructor(now: number) {
    this.decayedAt = now;
  }

  /** Samples that still count, the older ones by half or less. */
  get samples(): number {
    return this.total;
  }

  record(latencyMs: number, now: number): void {
    this.decay(now);
    const index = bucketOf(latencyMs);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.total += 1;
  }

  /**
   * The latency below which a share of the samples lies, in ms; undefined with fewer than `minSamples`. Samples are few:
   * it is the upper end of the estimate's standard error, so that rather fewer than the rest are above it than more.
   *
   * @param ratio 0–1
   */
  quantile(ratio: number, now: number, minSamples: number): number | undefined {
    this.decay(now);
    if (this.total < minSamples) return undefined;
    if (ratio !== this.cachedRatio || now - this.cachedAt >= REFRESH_MS) {
      this.cachedRatio = ratio;
      this.cachedAt = now;
      const error = Math.sqrt(this.total * ratio * (1 - ratio));
      this.cachedMs = this.scan(Math.min(this.total, ratio * this.total + error));
    }
    return this.cachedMs;
  }

  private scan(rank: number): number {
    let seen = 0;
    for (const [index, count] of this.counts.entries()) {
      seen += count;
      if (count > 0 && seen >= rank) return upperBound(index);
    }
    return upperBound(this.counts.length - 1);
  }

  private decay(now: number): void {
    const halvings = Math.floor((now - this.decayedAt) / HALF_LIFE_MS);
    if (halvings <= 0) return;
    this.decayedAt += halvings * HALF_LIFE_MS;
    const factor = 0.5 ** halvings;
    this.total *= factor;
    for (const [index, count] of this.counts.entries()) this.counts[index] = count * factor;
  }
}

function bucketOf(latencyMs: number): number {
  const scaled = Math.max(1, latencyMs / MIN_MS);
  const octave = Math.min(OCTAVES - 1, Math.floor(Math.log2(scaled)));
  const step = Math.floor((scaled / 2 ** octave - 1) * STEPS);
  return octave * STEPS + Math.min(STEPS - 1, Math.max(0, step));
}

function upperBound(index: number): number {
  return MIN_MS * 2 ** Math.floor(index / STEPS) * (1 + ((index % STEPS) + 1) / STEPS);
}
