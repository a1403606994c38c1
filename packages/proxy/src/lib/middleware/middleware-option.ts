import { InvalidOptionsError } from '@evenkeel/core';
import type { Middleware } from './middleware.ts';

/** @throws InvalidOptionsError when it is no list of functions */
export function middlewareOption(field: string, value: readonly Middleware[] = []): readonly Middleware[] {
  if (!Array.isArray(value)) throw new InvalidOptionsError(field, value, 'a list of middleware');
  for (const [index, one] of value.entries()) {
    if (typeof one !== 'function') throw new InvalidOptionsError(`${field}[${index}]`, one, 'a function');
  }
  return value;
}
