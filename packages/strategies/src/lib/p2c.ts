import type { LoadMetric, Strategy } from '@evenkeel/core';
import { type ComparisonOptions, comparison } from './comparison.ts';
import { peakEwmaMetric } from './peak-ewma-metric.ts';

export interface P2cOptions extends ComparisonOptions {
  /** What is compared. @default peakEwmaMetric() */
  readonly metric?: LoadMetric;
}

/**
 * Picks the least loaded of two candidates drawn at random (Mitzenmacher 2001, "The Power of Two Choices"): near the
 * balance of comparing all, at constant cost, and without the herd that runs to the single least loaded.
 *
 * The two are distinct, so one endpoint that hangs is never compared with itself. Candidates are drawn by weight; of
 * equal loads the one furthest behind its fair share wins, which makes shares by weight exact at any load. When both are
 * known to fail, up to 64 others are looked at for one that works.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function p2c(options: P2cOptions = {}): Strategy {
  return comparison('p2c', options.metric ?? peakEwmaMetric(), options);
}
