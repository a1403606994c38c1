import type { LoadMetric } from '@evenkeel/core';
import { RequestScore } from './request-score.ts';
import { type ScoreOptions, scoreDefaults } from './score-options.ts';

export type InFlightMetricOptions = ScoreOptions;

/**
 * Load = requests in flight + 1, counted from the pick to the end of the body; worse for endpoints that fail, which
 * are idle for the wrong reason.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function inFlightMetric(options: InFlightMetricOptions = {}): LoadMetric {
  return new RequestScore({ name: 'in-flight', cost: 'one', ...scoreDefaults(options) });
}
