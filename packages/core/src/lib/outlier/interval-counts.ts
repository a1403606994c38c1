import type { Candidate } from '../strategy.ts';

/** What one candidate did between two sweeps. */
export interface IntervalCount {
  readonly candidate: Candidate;
  /** Shares of the picks that ended well and that failed, 0–1. */
  readonly successRatio: number;
  readonly failureRatio: number;
}

/**
 * Turns the candidates' cumulative counters into counts per interval, so that a detector which judges at sweeps costs
 * nothing per request.
 */
export interface IntervalCounts {
  /** The counts since the last call, of the candidates that had at least `minRequests` (1 or more) picks. */
  take(candidates: readonly Candidate[], minRequests: number): IntervalCount[];
  /** Leaves out what the candidate did up to now. */
  forget(candidate: Candidate): void;
}

/** Makes counts that hold no candidate alive. */
export function intervalCounts(): IntervalCounts {
  const seen = new WeakMap<Candidate, Seen>();
  const remember = (candidate: Candidate): void => {
    seen.set(candidate, { successes: candidate.successes, failures: candidate.failures });
  };
  return {
    take(candidates, minRequests) {
      const counts: IntervalCount[] = [];
      for (const candidate of candidates) {
        const last = seen.get(candidate);
        const successes = candidate.successes - (last?.successes ?? 0);
        const failures = candidate.failures - (last?.failures ?? 0);
        const total = successes + failures;
        if (last === undefined) {
          remember(candidate);
        } else {
          last.successes = candidate.successes;
          last.failures = candidate.failures;
        }
        if (total >= minRequests) {
          counts.push({ candidate, successRatio: successes / total, failureRatio: failures / total });
        }
      }
      return counts;
    },
    forget: remember,
  };
}

/** The `observe` of a detector that judges at sweeps alone: an ejector knows it, and does not even call it. */
export const judgesAtSweeps = (): boolean => false;

interface Seen {
  successes: number;
  failures: number;
}
