/** The latencies kept of one window. */
const CAPACITY = 64;
/** Where in the figures the start of the window stands; the latencies follow it. */
const STARTED_AT = 0;
const LATENCIES = 1;
/** Where latencies are sorted: one place for all windows, as no two are at it at once. */
const scratch = new Float64Array(CAPACITY);

/**
 * The latencies of one short window, bounded in memory whatever the rate. It tells the median and not the mean: one answer
 * that took seconds must not halve a limit.
 */
export class SampleWindow {
  /** The most requests seen in flight. */
  maxInFlight = 0;
  private answered = 0;
  private dropped = 0;
  // They lie right behind a plain array, but elsewhere behind a typed one of this length: with thousands of endpoints each
  // step from object to object misses the cache.
  private readonly figures: number[] = Array.from({ length: LATENCIES + CAPACITY }, () => Number.NaN);

  /** Latencies and drops taken. */
  get size(): number {
    return this.answered + this.dropped;
  }

  /** Share of drops, 0–1. */
  get droppedRatio(): number {
    return this.dropped / this.size;
  }

  /** Clock time at which the window began, in ms; NaN before the first `restart`. */
  get startedAt(): number {
    return this.figures[STARTED_AT] as number;
  }

  add(latencyMs: number, inFlight: number, dropped: boolean): void {
    if (inFlight > this.maxInFlight) this.maxInFlight = inFlight;
    if (dropped) this.dropped++;
    else this.figures[LATENCIES + (this.answered++ % CAPACITY)] = latencyMs;
  }

  /** The median latency, of the last 64 if there were more; NaN when all were dropped. */
  median(): number {
    const kept = Math.min(this.answered, CAPACITY);
    const sorted = scratch.subarray(0, kept);
    for (let i = 0; i < kept; i++) sorted[i] = this.figures[LATENCIES + i] as number;
    return sorted.sort()[kept >> 1] ?? Number.NaN;
  }

  restart(now: number): void {
    this.answered = 0;
    this.dropped = 0;
    this.maxInFlight = 0;
    this.figures[STARTED_AT] = now;
  }
}
