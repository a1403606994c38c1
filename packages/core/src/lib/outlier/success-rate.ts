import type { OutlierDetector } from '../health.ts';
import { numberOption } from '../options.ts';
import { type IntervalCount, intervalCounts, judgesAtSweeps } from './interval-counts.ts';

export interface SuccessRateOptions {
  /** Endpoints that must have enough requests before any is judged. @default 5 */
  readonly minEndpoints?: number;
  /** Requests an endpoint must have had in the interval to be compared. @default 100 */
  readonly minRequests?: number;
  /** Standard deviations below the mean that make an outlier. @default 1.9 */
  readonly stdevFactor?: number;
  /**
   * Least distance of an outlier from the mean, 0–1. Among five endpoints, one failure is beyond 1.9 standard
   * deviations when nobody else fails at all; 0 ejects for that, as Envoy does. @default 0.05
   */
  readonly minGapRatio?: number;
}

/**
 * Ejects the endpoints whose success rate lies below mean − factor × standard deviation of all, as Envoy's success rate
 * detection and gRFC A50: finds the one that is worse than its peers, however good or bad those are. Worst first.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function successRate(options: SuccessRateOptions = {}): OutlierDetector {
  const minEndpoints = numberOption('successRate.minEndpoints', options.minEndpoints, 5, {
    min: 1,
    integer: true,
  });
  const minRequests = numberOption('successRate.minRequests', options.minRequests, 100, {
    min: 1,
    integer: true,
  });
  const stdevFactor = numberOption('successRate.stdevFactor', options.stdevFactor, 1.9);
  const minGap = numberOption('successRate.minGapRatio', options.minGapRatio, 0.05, { max: 1 });
  const counts = intervalCounts();
  return {
    name: 'success-rate',
    observe: judgesAtSweeps,
    sweep(candidates) {
      const judged = counts.take(candidates, minRequests);
      if (judged.length < minEndpoints) return [];
      const threshold = Math.min(
        successRateThreshold(judged, stdevFactor),
        successRateThreshold(judged, 0) - minGap,
      );
      return judged
        .filter(({ successRatio }) => successRatio < threshold - ROUNDING)
        .sort((a, b) => a.successRatio - b.successRatio)
        .map(({ candidate }) => candidate);
    },
    forget: (candidate) => counts.forget(candidate),
  };
}

/** Equal rates must not become outliers through the rounding of their own mean. */
const ROUNDING = 1e-12;

/** Mean − factor × population standard deviation of the success ratios. */
export function successRateThreshold(
  counts: readonly Pick<IntervalCount, 'successRatio'>[],
  stdevFactor: number,
): number {
  const mean = counts.reduce((sum, { successRatio }) => sum + successRatio, 0) / counts.length;
  const variance =
    counts.reduce((sum, { successRatio }) => sum + (successRatio - mean) ** 2, 0) / counts.length;
  return mean - stdevFactor * Math.sqrt(variance);
}
