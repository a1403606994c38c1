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
  /** The nearest so far, by distance, and their latencies: scratch space. */
  private readonly distances = new Float64Array(COMPARED);
  private readonly nearest = new Float64Array(COMPARED);

  /** @param inFlight requests at the endpoint when the one that took `latencyMs` arrived */
  record(latencyMs: number, inFlight: number): void {
    const slot = this.count++ % REMEMBERED;
    this.latencies[slot] = latencyMs;
    this.loads[slot] = inFlight;
  }

  /** 0 before the first answer. */
  at(inFlight: number): number {
    const { latencies, loads, nearest } = this;
    const known = Math.min(this.count, REMEMBERED);
    let found = 0;
    for (let slot = 0; slot < known; slot++) {
      found = this.insert(Math.abs((loads[slot] ?? 0) - inFlight), latencies[slot] ?? 0, found);
    }
    if (found === 0) return 0;
    return nearest.subarray(0, found).sort()[found >> 1] ?? 0;
  }

  /** Keeps the nearest sorted by distance; returns how many there are now. */
  private insert(distance: number, latencyMs: number, found: number): number {
    const { distances, nearest } = this;
    if (found === COMPARED && distance >= (distances[found - 1] ?? 0)) return found;
    let place = Math.min(found, COMPARED - 1);
    while (place > 0 && (distances[place - 1] ?? 0) > distance) {
      distances[place] = distances[place - 1] ?? 0;
      nearest[place] = nearest[place - 1] ?? 0;
      place--;
    }
    distances[place] = distance;
    nearest[place] = latencyMs;
    return Math.min(found + 1, COMPARED);
  }
}
