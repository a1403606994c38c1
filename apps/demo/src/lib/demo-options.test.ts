import { describe, expect, it } from 'vitest';
import { parseDemoOptions } from './demo-options.ts';

describe('parseDemoOptions', () => {
  it('has defaults', () => {
    expect(parseDemoOptions([])).toEqual({ seconds: 20, strategy: 'peak-ewma', json: false });
  });

  it('reads every flag, with or without a separator from the package manager', () => {
    const args = ['--seconds', '5', '--strategy', 'round-robin', '--json'];
    const expected = { seconds: 5, strategy: 'round-robin', json: true };
    expect(parseDemoOptions(args)).toEqual(expected);
    expect(parseDemoOptions(['--', ...args])).toEqual(expected);
  });

  it.each([
    [['--seconds', '0'], '--seconds: got "0", expected a number from 3 to 600'],
    [['--seconds', 'x'], '--seconds: got "x"'],
    [['--strategy', 'best'], '--strategy: got "best", expected one of '],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuses %j', (args, message) => {
    expect(() => parseDemoOptions(args)).toThrow(message);
  });
});
