import type { OutlierDetector } from '../health.ts';
import { numberOption } from '../options.ts';
import { intervalCounts, judgesAtSweeps } from './interval-counts.ts';

export interface FailureRatioOptions {
  /** Share of failed requests in an interval from which on an endpoint is ejected, 0–1. @default 0.85 */
  readonly thresholdRatio?: number;
  /** Endpoints that must have enough requests before any is judged. @default 5 */
  readonly minEndpoints?: number;
  /** Requests an endpoint must have had in the interval to be judged. @default 50 */
  readonly minRequests?: number;
}

/**
 * Ejects each endpoint that failed at least a fixed share of its requests, whatever its peers do, as Envoy's failure
 * percentage detection. Worst first.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function failureRatio(options: FailureRatioOptions = {}): OutlierDetector {
  const threshold = numberOption('failureRatio.thresholdRatio', options.thresholdRatio, 0.85, { max: 1 });
  const minEndpoints = numberOption('failureRatio.minEndpoints', options.minEndpoints, 5, {
    min: 1,
    integer: true,
  });
  const minRequests = numberOption('failureRatio.minRequests', options.minRequests, 50, {
    min: 1,
    integer: true,
  });
  const counts = intervalCounts();
  return {
    name: 'failure-ratio',
    observe: judgesAtSweeps,
    sweep(candidates) {
      const judged = counts.take(candidates, minRequests);
      if (judged.length < minEndpoints) return [];
      return judged
        .filter((count) => count.failureRatio >= threshold)
        .sort((a, b) => b.failureRatio - a.failureRatio)
        .map(({ candidate }) => candidate);
    },
    forget: (candidate) => counts.forget(candidate),
  };
}
