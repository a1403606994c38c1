import { InvalidOptionsError } from '../errors.ts';
import type { OutlierDetector } from '../health.ts';
import { numberOption } from '../options.ts';
import { consecutiveFailures } from './consecutive-failures.ts';
import type { OutlierDetectionOptions } from './outlier-detection-options.ts';
import { successRate } from './success-rate.ts';

/** {@link OutlierDetectionOptions} with every default filled in. */
export type EjectionSettings = Required<OutlierDetectionOptions>;

const FIELD = 'outlierDetection';

/**
 * Fills in the defaults and checks the ranges.
 *
 * @throws InvalidOptionsError when an option is out of its range, or the longest ejection is shorter than the first
 */
export function ejectionSettings(options: OutlierDetectionOptions): EjectionSettings {
  const baseEjectionMs = numberOption(`${FIELD}.baseEjectionMs`, options.baseEjectionMs, 30_000, { min: 1 });
  const maxEjectionMs = numberOption(
    `${FIELD}.maxEjectionMs`,
    options.maxEjectionMs,
    Math.max(300_000, baseEjectionMs),
    { min: baseEjectionMs },
  );
  return {
    detectors: checkDetectors(options.detectors) ?? [consecutiveFailures(), successRate()],
    intervalMs: numberOption(`${FIELD}.intervalMs`, options.intervalMs, 10_000, { min: 1 }),
    baseEjectionMs,
    maxEjectionMs,
    jitterRatio: numberOption(`${FIELD}.jitterRatio`, options.jitterRatio, 0.1, { max: 1 }),
    maxEjectedRatio: numberOption(`${FIELD}.maxEjectedRatio`, options.maxEjectedRatio, 0.1, { max: 1 }),
    alwaysEjectOne: options.alwaysEjectOne ?? true,
    minUsable: numberOption(`${FIELD}.minUsable`, options.minUsable, 1, { integer: true }),
  };
}

function checkDetectors(
  detectors: readonly OutlierDetector[] | undefined,
): readonly OutlierDetector[] | undefined {
  for (const [index, detector] of (detectors ?? []).entries()) {
    if (typeof detector?.observe !== 'function' || typeof detector.name !== 'string') {
      throw new InvalidOptionsError(
        `${FIELD}.detectors[${index}]`,
        detector,
        'a detector with a name and observe()',
      );
    }
  }
  return detectors;
}
