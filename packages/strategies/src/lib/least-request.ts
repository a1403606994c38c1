import type { Strategy } from '@evenkeel/core';
import { type ComparisonOptions, comparison } from './comparison.ts';
import { type InFlightMetricOptions, inFlightMetric } from './in-flight-metric.ts';

export interface LeastRequestOptions extends ComparisonOptions, InFlightMetricOptions {}

/**
 * Picks the candidate with the fewest requests in flight for its weight: of all when they are few, else of two drawn
 * at random. Known as least connections where a connection carries one request. `toleranceRatio` is 0 by default, as
 * in-flight counts have no noise.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function leastRequest(options: LeastRequestOptions = {}): Strategy {
  return comparison('least-request', inFlightMetric(options), options, { toleranceRatio: 0 });
}
