import type { Strategy } from '@evenkeel/core';
import { type ComparisonOptions, comparison } from './comparison.ts';
import { type PeakEwmaMetricOptions, peakEwmaMetric } from './peak-ewma-metric.ts';

export interface PeakEwmaOptions extends ComparisonOptions, PeakEwmaMetricOptions {}

/**
 * Picks by latency and requests in flight: `p2c` over `peakEwmaMetric`. The default choice for requests that any
 * endpoint can serve. `toleranceRatio` is 0.15 by default, as the averages of equal endpoints differ by as much.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function peakEwma(options: PeakEwmaOptions = {}): Strategy {
  return comparison('peak-ewma', peakEwmaMetric(options), options, { toleranceRatio: 0.15 });
}
