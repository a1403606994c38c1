import { type Candidate, numberOption, type Observation } from '@evenkeel/core';
import { CandidateTable, offset } from './candidate-table.ts';

export interface ReportedWeightsOptions {
  /** An endpoint's reports do not count until it has sent them for this long, in ms. @default 10,000 */
  readonly blackoutMs?: number;
  /** A weight is forgotten this long after the last report, in ms. @default 180,000 */
  readonly expirationMs?: number;
  /** How much errors count against utilization: it is raised by eps ÷ rps × this. @default 1 */
  readonly errorPenalty?: number;
}

// The figures kept for each candidate.
const WEIGHT = 0;
const SINCE = 1; // When the present run of reports began.
const AT = 2; // When the last report came.
const NEWCOMER = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

// A report that says more or less than any machine can do is no report: its weight would drown those of all others.
const MIN_WEIGHT = 1e-6;
const MAX_WEIGHT = 1e12;

/** The weights that endpoints report of themselves: requests per second ÷ utilization (gRPC proposal A58). */
export class ReportedWeights {
  private readonly table = new CandidateTable(NEWCOMER);
  private readonly blackoutMs: number;
  private readonly expirationMs: number;
  private readonly errorPenalty: number;

  constructor(options: ReportedWeightsOptions) {
    this.blackoutMs = numberOption('blackoutMs', options.blackoutMs, 10_000);
    this.expirationMs = numberOption('expirationMs', options.expirationMs, 180_000);
    this.errorPenalty = numberOption('errorPenalty', options.errorPenalty, 1);
  }

  retain(candidates: readonly Candidate[]): void {
    this.table.retain(candidates);
  }

  observe(candidate: Candidate, { loadReport, at }: Observation): void {
    const slot = this.table.slotOf(candidate);
    if (loadReport === undefined || slot === -1) return;
    const { rps = 0, eps = 0, applicationUtilization = 0, cpuUtilization = 0 } = loadReport;
    const utilization = applicationUtilization > 0 ? applicationUtilization : cpuUtilization;
    if (!(rps > 0 && utilization > 0)) return;
    const weight = rps / (utilization + Math.max(0, eps / rps) * this.errorPenalty);
    if (!(weight >= MIN_WEIGHT && weight <= MAX_WEIGHT)) return;
    const { data } = this.table;
    const start = offset(slot);
    const isNewRun = at - (data[start + AT] ?? 0) >= this.expirationMs;
    if (isNewRun) data[start + SINCE] = at;
    data[start + WEIGHT] = weight;
    data[start + AT] = at;
  }

  /** The weight of the candidate at a position of the last list; 0 when none is known yet, or any more. */
  weightAt(slot: number, now: number): number {
    const { data } = this.table;
    const start = offset(slot);
    const isExpired = now - (data[start + AT] ?? 0) >= this.expirationMs;
    const isBlackedOut = now - (data[start + SINCE] ?? 0) < this.blackoutMs;
    return isExpired || isBlackedOut ? 0 : (data[start + WEIGHT] ?? 0);
  }
}
