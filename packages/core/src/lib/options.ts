import { InvalidOptionsError } from './errors.ts';

/** The bounds a numeric option is checked against. */
export interface NumberBounds {
  /** Smallest allowed value. @default 0 */
  readonly min?: number;
  /** Largest allowed value. @default Infinity */
  readonly max?: number;
  /** Whether only whole numbers are allowed. @default false */
  readonly integer?: boolean;
}

/**
 * Returns the option, or its default when it is undefined.
 *
 * @throws InvalidOptionsError naming the field, the value and the bounds
 */
export function numberOption(
  field: string,
  value: number | undefined,
  fallback: number,
  bounds: NumberBounds = {},
): number {
  return value === undefined ? fallback : requiredNumber(field, value, bounds);
}

/**
 * Returns the option, of which there is no default: missing, it is as wrong as out of its bounds.
 *
 * @throws InvalidOptionsError naming the field, the value and the bounds
 */
export function requiredNumber(field: string, value: number | undefined, bounds: NumberBounds = {}): number {
  const { min = 0, max = Number.POSITIVE_INFINITY, integer = false } = bounds;
  if (typeof value !== 'number' || !(value >= min && value <= max) || (integer && !Number.isInteger(value))) {
    const kind = integer ? 'an integer' : 'a number';
    throw new InvalidOptionsError(
      field,
      value,
      max === Number.POSITIVE_INFINITY ? `${kind} of at least ${min}` : `${kind} from ${min} to ${max}`,
    );
  }
  return value;
}

/**
 * Returns the option, or its default when it is undefined.
 *
 * @throws InvalidOptionsError when the value is not one of those allowed
 */
export function choiceOption<T extends string>(
  field: string,
  value: T | undefined,
  fallback: T,
  allowed: readonly T[],
): T {
  if (value === undefined) return fallback;
  if (!allowed.includes(value)) {
    throw new InvalidOptionsError(
      field,
      value,
      `one of ${allowed.map((choice) => `"${choice}"`).join(', ')}`,
    );
  }
  return value;
}
