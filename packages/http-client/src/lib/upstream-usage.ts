import { type Clock, type RetryBudget, retryBudget } from '@evenkeel/core';
import { LatencyHistogram } from './latency-histogram.ts';

/** What the requests to one cluster have in common, whatever its settings are; clients that follow each other share it. */
export interface UpstreamUsage {
  readonly budget: RetryBudget;
  readonly latency: LatencyHistogram;
  /** Requests that have not ended. */
  open: number;
  /** Those of them that wait for the first snapshot. */
  pending: number;
}

/** The usage of a cluster that nothing was sent to yet. */
export function upstreamUsage(clock: Clock): UpstreamUsage {
  return { budget: retryBudget({ clock }), latency: new LatencyHistogram(clock.now()), open: 0, pending: 0 };
}
