import { InvalidOptionsError } from '@evenkeel/core';
import type { Benchmark, BenchmarkOption, Settings } from './benchmark.ts';

/**
 * Checks the options of one run and fills in the fallbacks.
 *
 * @param given the texts of the command line, by option
 * @param quick whether the quick fallbacks hold
 * @throws InvalidOptionsError naming the option, its value and what is allowed
 */
export function settingsOf(
  { options }: Pick<Benchmark, 'options'>,
  given: Readonly<Record<string, string | undefined>>,
  quick: boolean,
  progress: (line: string) => void,
): Settings {
  const values = new Map<string, number | readonly string[]>();
  for (const [name, option] of Object.entries(options)) {
    const fallback = (quick ? option.quick : undefined) ?? option.fallback;
    const text = given[name];
    values.set(name, text === undefined ? fallback : parse(name, option, text));
  }
  return {
    number: (name) => values.get(name) as number,
    list: (name) => values.get(name) as readonly string[],
    progress,
  };
}

function parse(name: string, option: BenchmarkOption, text: string): number | readonly string[] {
  const { fallback, min = 1, fractional = false, choices } = option;
  if (typeof fallback === 'number') {
    const value = Number(text);
    const allowed = fractional ? Number.isFinite(value) : Number.isInteger(value);
    if (allowed && value >= min) return value;
    throw new InvalidOptionsError(
      `--${name}`,
      text,
      `${fractional ? 'a number' : 'a whole number'} of at least ${min}`,
    );
  }
  const words = text.split(',').filter((word) => word !== '');
  const unknown = words.find((word) => choices?.includes(word) === false);
  if (unknown === undefined && words.length > 0) return words;
  throw new InvalidOptionsError(`--${name}`, text, `words of ${choices?.join(', ') ?? 'your choice'}`);
}
