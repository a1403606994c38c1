import { InvalidOptionsError } from '@evenkeel/core';
import type { ValueMatch } from './route-options.ts';

/** Whether the values of one header, cookie or query parameter are as expected: one of them is enough. */
export type ValueTest = (values: readonly string[]) => boolean;

const RULE = 'a string, true, false, or an object with one of prefix, suffix, contains, regex';

/** @throws InvalidOptionsError naming the field */
export function valueTest(expected: ValueMatch, field: string): ValueTest {
  if (typeof expected === 'boolean') return (values) => values.length > 0 === expected;
  if (typeof expected === 'string') return (values) => values.includes(expected);
  const [entry, another] = Object.entries(expected ?? {}).filter(([, text]) => text !== undefined);
  if (entry === undefined || another !== undefined) throw new InvalidOptionsError(field, expected, RULE);
  const test = textTest(entry[0], entry[1], field);
  return (values) => values.some(test);
}

function textTest(kind: string, text: unknown, field: string): (value: string) => boolean {
  if (kind === 'regex') {
    const regex = toRegex(text, `${field}.regex`);
    return (value) => regex.test(value);
  }
  if (typeof text !== 'string' || text === '') {
    throw new InvalidOptionsError(`${field}.${kind}`, text, 'a string that is not empty');
  }
  switch (kind) {
    case 'prefix':
      return (value) => value.startsWith(text);
    case 'suffix':
      return (value) => value.endsWith(text);
    case 'contains':
      return (value) => value.includes(text);
    default:
      throw new InvalidOptionsError(field, kind, RULE);
  }
}

/** Without the flags `g` and `y`, which would make a test depend on the one before. */
function toRegex(source: unknown, field: string): RegExp {
  try {
    if (source instanceof RegExp) return new RegExp(source.source, source.flags.replace(/[gy]/g, ''));
    if (typeof source === 'string') return new RegExp(source, 'u');
  } catch (error) {
    throw new InvalidOptionsError(field, source, `a regular expression: ${(error as Error).message}`);
  }
  throw new InvalidOptionsError(field, source, 'a regular expression');
}
