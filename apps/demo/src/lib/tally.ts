/** What one lane of traffic, or one endpoint, has seen. */
export interface Tally {
  readonly requests: number;
  readonly failures: number;
  /** Percentile of the latencies, 0–1; 0 before the first. */
  percentile(share: number): number;
}

/** A tally that can be added to. */
export class RunningTally implements Tally {
  requests = 0;
  failures = 0;
  private readonly latencies: number[] = [];
  private sorted = true;

  add(ok: boolean, latencyMs: number): void {
    this.requests++;
    if (!ok) this.failures++;
    this.latencies.push(latencyMs);
    this.sorted = false;
  }

  percentile(share: number): number {
    if (!this.sorted) {
      this.latencies.sort((a, b) => a - b);
      this.sorted = true;
    }
    return (
      this.latencies[Math.min(this.latencies.length - 1, Math.floor(this.latencies.length * share))] ?? 0
    );
  }
}

/** A tally as it appears in the JSON summary; times in ms. */
export interface TallySummary {
  readonly requests: number;
  readonly failures: number;
  readonly successRatio: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Copies a tally's figures, rounded to a tenth of a millisecond. */
export function summarize(tally: Tally): TallySummary {
  const { requests, failures } = tally;
  const at = (share: number): number => Math.round(tally.percentile(share) * 10) / 10;
  return {
    requests,
    failures,
    successRatio: requests === 0 ? 1 : (requests - failures) / requests,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
  };
}
