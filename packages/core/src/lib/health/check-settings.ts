import { InvalidOptionsError } from '../errors.ts';
import { choiceOption, numberOption } from '../options.ts';
import type { HealthCheckOptions } from './health-check-options.ts';

/** {@link HealthCheckOptions} with every default filled in. */
export type CheckSettings = Required<HealthCheckOptions>;

const FIELD = 'healthCheck';
/** The longest delay that Node's timers take, with room for jitter. */
const MAX_INTERVAL_MS = 1_000_000_000;

/**
 * Fills in the defaults and checks the ranges.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range
 */
export function checkSettings(options: HealthCheckOptions): CheckSettings {
  if (typeof options.checker?.check !== 'function') {
    throw new InvalidOptionsError(`${FIELD}.checker`, options.checker, 'an object with check()');
  }
  const bounds = { min: 1, max: MAX_INTERVAL_MS };
  const count = { min: 1, integer: true };
  const intervalMs = numberOption(`${FIELD}.intervalMs`, options.intervalMs, 5_000, bounds);
  return {
    checker: options.checker,
    intervalMs,
    unhealthyIntervalMs: numberOption(
      `${FIELD}.unhealthyIntervalMs`,
      options.unhealthyIntervalMs,
      Math.min(1_000, intervalMs),
      bounds,
    ),
    timeoutMs: numberOption(`${FIELD}.timeoutMs`, options.timeoutMs, 2_000, bounds),
    rise: numberOption(`${FIELD}.rise`, options.rise, 2, count),
    fall: numberOption(`${FIELD}.fall`, options.fall, 3, count),
    jitterRatio: numberOption(`${FIELD}.jitterRatio`, options.jitterRatio, 0.2, { max: 1 }),
    initial: choiceOption(`${FIELD}.initial`, options.initial, 'healthy', ['healthy', 'unhealthy']),
    concurrency: numberOption(`${FIELD}.concurrency`, options.concurrency, 100, count),
  };
}
