/** Answers remembered. */
const REMEMBERED = 32;
/** How many of them, those that began under the most similar load, the median is taken of. */
const COMPARED = 9;

/**
 * What an endpoint expects its next latency to be: the median of recent ones that began with about as many requests in
 * flight (Prequal, NSDI 2024, §4).
 */
export class LatencyEstimate {
  private readonly latencies = new Float64Array(REMEMBERED);
  private readonly loads = new Float64Array(REMEMBERED);
  private count = 0;

  /** @param inFlight requests at the endpoint when the one that took `latencyMs` arrived */
  record(latencyMs: number, inFlight: number): void {
    const slot = this.count++ % REMEMBERED;
    this.latencies[slot] = latencyMs;
    this.loads[slot] = inFlight;
  }

  /** 0 before the first answer. */
  at(inFlight: number): number {
    const known = Math.min(this.count, REMEMBERED);
    if (known === 0) return 0;
    const slots = Array.from({ length: known }, (_, slot) => slot);
    const distance = (slot: number): number => Math.abs((this.loads[slot] ?? 0) - inFlight);
    const nearest = slots.sort((a, b) => distance(a) - distance(b)).slice(0, COMPARED);
    const latencies = nearest.map((slot) => this.latencies[slot] ?? 0).sort((a, b) => a - b);
    return latencies[latencies.length >> 1] ?? 0;
  }
}
