import type { LoadMetric } from '@evenkeel/core';
import { RequestScore } from './request-score.ts';
import { type ScoreOptions, scoreDefaults } from './score-options.ts';

export type MeanLatencyMetricOptions = ScoreOptions;

/**
 * Load = average time to the first byte × (requests in flight + 1), as nginx's `least_time` and Traefik's `leasttime`
 * have it; worse for endpoints that fail or stall.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function meanLatencyMetric(options: MeanLatencyMetricOptions = {}): LoadMetric {
  return new RequestScore({ name: 'mean-latency', cost: 'mean', ...scoreDefaults(options) });
}
