import type { SlowStartOptions } from '../cluster-options.ts';
import { numberOption, requiredNumber } from '../options.ts';

/** Slow start with every option settled. */
export type SlowStart = Required<SlowStartOptions>;

/** @throws InvalidOptionsError when an option is out of its range */
export function resolveSlowStart(options: SlowStartOptions): SlowStart {
  return {
    windowMs: requiredNumber('slowStart.windowMs', options.windowMs, { min: 1 }),
    minWeightRatio: numberOption('slowStart.minWeightRatio', options.minWeightRatio, 0.1, {
      min: 0.0001,
      max: 1,
    }),
    aggression: numberOption('slowStart.aggression', options.aggression, 1, { min: 0.0001 }),
  };
}

/**
 * The share of its weight that an endpoint gets `ageMs` after it began to serve:
 * `max(minWeightRatio, timeFactor^(1/aggression))`, where `timeFactor = max(age, 1 s) / window` (Envoy, "Slow start mode").
 */
export function slowStartRatio(slowStart: SlowStart, ageMs: number): number {
  if (ageMs >= slowStart.windowMs) return 1;
  const timeFactor = Math.min(1, Math.max(ageMs, 1_000) / slowStart.windowMs);
  return Math.max(slowStart.minWeightRatio, timeFactor ** (1 / slowStart.aggression));
}

/** How often the weights of warming endpoints are renewed, in ms: 60 steps to a window, each from 100 ms to 5 s. */
export function slowStartStepMs(slowStart: SlowStart): number {
  return Math.min(5_000, Math.max(100, slowStart.windowMs / 60));
}
