import type { Strategy } from '@evenkeel/core';
import { type ComparisonOptions, comparison } from './comparison.ts';
import { type MeanLatencyMetricOptions, meanLatencyMetric } from './mean-latency-metric.ts';

export interface LeastTimeOptions extends ComparisonOptions, MeanLatencyMetricOptions {}

/**
 * Picks the least average latency × (requests in flight + 1) for the weight, as nginx's `least_time` and Traefik's
 * `leasttime` do. Unlike `peakEwma` a single slow response moves it little: for latencies with a long tail.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function leastTime(options: LeastTimeOptions = {}): Strategy {
  return comparison('least-time', meanLatencyMetric(options), options);
}
