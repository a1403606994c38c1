import type { LoadMetric } from '@evenkeel/core';
import { RequestScore } from './request-score.ts';
import { type ScoreOptions, scoreDefaults } from './score-options.ts';

export type PeakEwmaMetricOptions = ScoreOptions;

/**
 * Load = latency × (requests in flight + 1), where latency is an exponentially weighted moving average that peaks raise at
 * once and faster answers lower slowly (Finagle's `PeakEwma`), once four answers in a row prove a peak: a single one
 * says little. Worse for endpoints that fail or stall.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function peakEwmaMetric(options: PeakEwmaMetricOptions = {}): LoadMetric {
  return new RequestScore({ name: 'peak-ewma', cost: 'peak', ...scoreDefaults(options) });
}
