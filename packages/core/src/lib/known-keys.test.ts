import { expect, test } from 'vitest';
import { checkKeys } from './known-keys.ts';

interface Options {
  readonly maxRetries?: number;
  readonly delayMs?: number;
}

const KNOWN = { maxRetries: true, delayMs: true } as const;

function check(options: unknown, field = 'retry', kind?: string): void {
  checkKeys<Options>(field, options as Options, KNOWN, kind);
}

test('known keys pass, and those without a value', () => {
  for (const options of [{}, { maxRetries: 1 }, { maxRetries: 1, delayMs: 2 }, { other: undefined }]) {
    expect(() => check(options)).not.toThrow();
  }
});

test.each([
  [{ retries: 3 }, 'retry.retries: got 3, expected no such option: did you mean "maxRetries"?'],
  [{ delay: 3 }, 'retry.delay: got 3, expected no such option: did you mean "delayMs"?'],
  [{ maxretries: 3 }, 'did you mean "maxRetries"?'],
  [{ other: 3 }, 'retry.other: got 3, expected no such option: there are maxRetries, delayMs'],
  [{ m: 3 }, 'retry.m: got 3, expected no such option: there are'],
  [{ constructor: 3 }, 'retry.constructor: got 3'],
])('%j has an unknown key', (options, message) => {
  expect(() => check(options)).toThrow(message);
});

test.each([null, undefined, 3, true, [], () => {}])('%s is no object', (options) => {
  expect(() => check(options)).toThrow(/^retry: got .*, expected an object with options$/);
  expect(() => check(options, 'retry', 'an object, or false')).toThrow('expected an object, or false');
});

test('options as a whole have no name', () => {
  expect(() => check({ other: 3 }, '')).toThrow(/^other: /);
  expect(() => check(3, '')).toThrow(/^options: /);
});
