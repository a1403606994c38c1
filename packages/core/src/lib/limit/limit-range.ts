import { numberOption } from '../options.ts';

/** Where an adaptive limit begins and what it stays within. */
export interface LimitRangeOptions {
  /** The limit before anything is known. @default 20 */
  readonly initial?: number;
  /** @default 3 */
  readonly min?: number;
  /** @default 1_000 */
  readonly max?: number;
}

/** {@link LimitRangeOptions} with the defaults filled in. */
export interface LimitRange {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Fills in the defaults and checks that min ≤ initial ≤ max.
 *
 * @param factory the name that errors give the options
 * @throws InvalidOptionsError when an option is out of its range
 */
export function limitRange(factory: string, options: LimitRangeOptions): LimitRange {
  const integer = true;
  const min = numberOption(`${factory}.min`, options.min, Math.min(3, options.max ?? 3), { min: 1, integer });
  const max = numberOption(`${factory}.max`, options.max, Math.max(1_000, min), { min, integer });
  const initial = numberOption(`${factory}.initial`, options.initial, Math.min(Math.max(20, min), max), {
    min,
    max,
    integer,
  });
  return { initial, min, max };
}
