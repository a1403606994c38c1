import { InvalidOptionsError } from '@evenkeel/core';

/** An option that a part refused when it was built, and where that option stands in the configuration. */
export class OptionError extends Error {
  readonly path: readonly PropertyKey[];

  constructor(path: readonly PropertyKey[], message: string) {
    super(message);
    this.name = 'OptionError';
    this.path = path;
  }
}

/**
 * Builds the part of a configuration that stands at a path: what is refused inside is placed there.
 *
 * @throws OptionError in place of an InvalidOptionsError
 */
export function within<T>(path: readonly PropertyKey[], make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof OptionError) throw new OptionError([...path, ...error.path], error.message);
    if (!(error instanceof InvalidOptionsError)) throw error;
    const field = error.field.split(/[.[\]]+/).filter((part) => part !== '');
    const whole = [...path, ...field.map((part) => (/^\d+$/.test(part) ? Number(part) : part))];
    throw new OptionError(whole, error.message.slice(error.message.indexOf(': ') + 2));
  }
}
