import type { ResponseHeaders } from './exchange.ts';

/** How often rates and utilization are taken anew, in ms. */
const WINDOW_MS = 1_000;

/** What a report says besides rates. */
export interface LoadFigures {
  readonly requestsInFlight: number;
  readonly latencyMs: number;
}

/** Writes the load reports of an endpoint as it would: the ORCA header, with rates of the last whole second. */
export class LoadReporter {
  private windowStart: number;
  private answers = 0;
  private errors = 0;
  private rates = '';
  private readonly utilization: () => number;

  /** @param utilization the share of the CPUs in use since the last call */
  constructor(now: number, utilization: () => number) {
    this.windowStart = now;
    this.utilization = utilization;
  }

  headers(now: number, failed: boolean, { requestsInFlight, latencyMs }: LoadFigures): ResponseHeaders {
    this.answers++;
    if (failed) this.errors++;
    const passedMs = now - this.windowStart;
    if (passedMs >= WINDOW_MS) {
      const perSecond = 1_000 / passedMs;
      this.rates = `cpu_utilization=${this.utilization()}, rps_fractional=${this.answers * perSecond}, eps=${this.errors * perSecond}, `;
      this.answers = 0;
      this.errors = 0;
      this.windowStart = now;
    }
    return {
      'endpoint-load-metrics': `TEXT ${this.rates}named_metrics.requests_in_flight=${requestsInFlight}, named_metrics.latency_ms=${latencyMs}`,
    };
  }
}
