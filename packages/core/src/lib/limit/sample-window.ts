/** The latencies of one short window, bounded in memory whatever the rate. */
export interface SampleWindow {
  /** Latencies and drops taken. */
  readonly size: number;
  /** Share of drops, 0–1. */
  readonly droppedRatio: number;
  /** The most requests seen in flight. */
  readonly maxInFlight: number;
  /** Clock time at which the window began, in ms; NaN before the first `restart`. */
  readonly startedAt: number;
  add(latencyMs: number, inFlight: number, dropped: boolean): void;
  /** The median latency, of the last 64 if there were more; NaN when all were dropped. */
  median(): number;
  restart(now: number): void;
}

const CAPACITY = 64;

/** Makes an empty window. It tells the median and not the mean: one answer that took seconds must not halve a limit. */
export function sampleWindow(): SampleWindow {
  const latencies = new Float64Array(CAPACITY);
  let answered = 0;
  let dropped = 0;
  let maxInFlight = 0;
  let startedAt = Number.NaN;
  return {
    get size() {
      return answered + dropped;
    },
    get droppedRatio() {
      return dropped / (answered + dropped);
    },
    get maxInFlight() {
      return maxInFlight;
    },
    get startedAt() {
      return startedAt;
    },
    add(latencyMs, inFlight, wasDropped) {
      if (inFlight > maxInFlight) maxInFlight = inFlight;
      if (wasDropped) dropped++;
      else latencies[answered++ % CAPACITY] = latencyMs;
    },
    median() {
      const kept = Math.min(answered, CAPACITY);
      return latencies.slice(0, kept).sort()[kept >> 1] ?? Number.NaN;
    },
    restart(time) {
      answered = 0;
      dropped = 0;
      maxInFlight = 0;
      startedAt = time;
    },
  };
}
