import { choiceOption, type NumberBounds, numberOption } from '../options.ts';
import type { GuardOptions } from './guard-options.ts';

/** The options of the guard, checked and whole. */
export type GuardSettings = Readonly<Required<GuardOptions>>;

type NumericOption = Exclude<keyof GuardOptions, 'onEmpty' | 'keepAbsentHealthy'>;

/**
 * Fills in the defaults.
 *
 * @throws InvalidOptionsError when an option is out of its range, or contradicts another
 */
export function resolveGuardOptions(options: GuardOptions = {}): GuardSettings {
  const number = (name: NumericOption, fallback: number, bounds?: NumberBounds): number =>
    numberOption(`guard.${name}`, options[name], fallback, bounds);
  const count = { integer: true };
  const debounceMs = number('debounceMs', 50);
  const flapPenaltyMs = number('flapPenaltyMs', 5_000, { min: 1 });

  return {
    onEmpty: choiceOption('guard.onEmpty', options.onEmpty, 'hold', ['hold', 'accept', 'fail']),
    emptyHoldMs: number('emptyHoldMs', 30_000),
    emptyConfirmations: number('emptyConfirmations', 2, count),
    emptyConfirmationGapMs: number('emptyConfirmationGapMs', 5_000),
    massRemovalRatio: number('massRemovalRatio', 0.5, { max: 1 }),
    massRemovalMin: number('massRemovalMin', 3, count),
    massRemovalHoldMs: number('massRemovalHoldMs', 30_000),
    resetHoldMs: number('resetHoldMs', 30_000),
    debounceMs,
    debounceMaxMs: number('debounceMaxMs', Math.max(250, debounceMs), { min: debounceMs }),
    flapLimit: number('flapLimit', 5, count),
    flapWindowMs: number('flapWindowMs', 60_000),
    flapPenaltyMs,
    flapPenaltyMaxMs: number('flapPenaltyMaxMs', Math.max(60_000, flapPenaltyMs), { min: flapPenaltyMs }),
    flapMinEndpoints: number('flapMinEndpoints', 1, count),
    keepAbsentHealthy: options.keepAbsentHealthy ?? false,
    maxStaleMs: number('maxStaleMs', Number.POSITIVE_INFINITY),
  };
}
